/* The rest of the phone: the list of chats, the folder of subscription accounts, 服务通知, and chats with friends. */

import { byId, el, empty, icon, reconcile, toast } from "./dom.js";
import { cards, letter, share } from "./cards.js";
import { get } from "./server.js";
import { called, chosen } from "./followers.js";
import { millis, stamp } from "./time.js";
import { setAside } from "./webview.js";

const view = () => byId("chats");
const state = { rows: [], seen: new Map(), place: null, account: "", opener: null, requests: 0, answered: 0, drawings: 0 };

const keyOf = ({ kind, friend = "" }) => `${chosen()} ${kind === "folder" ? "account" : kind} ${friend}`;
const isUnread = (row) => !row.mine && row.id > (state.seen.get(keyOf(row)) ?? 0);
const nameOf = ({ kind, name, friend }) => (kind === "folder" ? "订阅号消息" : name || called(friend));

/** Name of the account, shown in the list. */
export const setAccountName = (name) => {
  state.account = name;
};

/** Reload the list, and what of it is open. */
export async function refreshChats() {
  const openid = chosen();
  const request = ++state.requests;
  const rows = openid ? await get(`chats/${encodeURIComponent(openid)}`) : [];
  if (openid !== chosen() || request < state.answered) return; // another phone was chosen, or a later answer came first
  state.answered = request;
  state.rows = rows;
  const account = rows.find(({ kind }) => kind === "account" || kind === "folder");
  if (account && view().hidden) see(account); // the account's chat is in sight
  await (view().hidden ? drawBadge() : draw());
}

const see = (row) => state.seen.set(keyOf(row), row.id);

function drawBadge() {
  const count = state.rows.filter(isUnread).length;
  byId("chats-open").querySelector(".count").textContent = count ? String(count) : "";
  byId("chats-open").setAttribute("aria-label", count ? `微信，${count} 个聊天有新消息` : "微信：所有聊天");
}

/** Open the list of chats over the account's chat. */
export async function openChats(from) {
  state.opener = from ?? document.activeElement;
  state.place = null;
  state.drawings += 1;
  byId("chats-body").replaceChildren(); // it may show the list of another phone
  view().hidden = false;
  setAside(view(), true);
  await refreshChats();
  byId("chats-body").querySelector("button")?.focus();
}

/** Close the list, and show the account's chat. */
export function closeChats() {
  if (view().hidden) return;
  view().hidden = true;
  setAside(view(), false);
  state.opener?.focus();
  refreshChats().catch(failed);
}

/** Connect the buttons and the key Escape. */
export function setUpChats() {
  byId("chats-open").addEventListener("click", (event) => openChats(event.currentTarget).catch(failed));
  byId("chats-back").addEventListener("click", back);
  view().addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    back();
  });
}

const failed = (refusal) => toast(refusal.message);

function back() {
  if (!state.place) return closeChats();
  return enter(null);
}

/** Show one chat of the list, or with null the list. */
function enter(row) {
  state.place = row;
  draw()
    .then(() => byId(row ? "chats-back" : "chats-body").querySelector("button")?.focus() ?? byId("chats-back").focus())
    .catch(failed);
}

async function draw() {
  const row = state.place && state.rows.find((other) => keyOf(other) === keyOf(state.place));
  const openid = encodeURIComponent(chosen());
  const drawing = ++state.drawings;
  byId("chats-title").textContent = row ? nameOf(row) : "微信";
  byId("chats-back").setAttribute("aria-label", row ? "返回聊天列表" : "返回公众号的对话");
  const items = row ? await contents(row, openid) : list();
  if (drawing !== state.drawings) return; // something else is shown meanwhile
  const body = byId("chats-body");
  // Lines that stay are kept, so that neither a press nor the focus is lost.
  reconcile(body, items, ({ key }) => key, ({ node }) => node());
  if (row) see(row);
  if (row?.kind === "friend") body.scrollTop = body.scrollHeight;
  drawBadge();
}

function list() {
  if (!state.rows.length)
    return [{ key: "empty", node: () => empty("还没有聊天", "关注公众号，或收到朋友转发的文章后，聊天会列在这里。") }];
  return state.rows.map((row) => ({
    key: JSON.stringify([row, isUnread(row), nameOf(row), row.at && stamp(millis(row.at))]),
    node: () => line(row),
  }));
}

/** What stands in one chat of the list. */
async function contents(row, openid) {
  const item = (entry, node) => ({ key: JSON.stringify([keyOf(row), entry]), node });
  if (row.kind === "friend") {
    const chat = await get(`chats/${openid}/${encodeURIComponent(row.friend)}`);
    return chat.map((entry) => item(entry, () => said(entry)));
  }
  const inbox = await get(`inbox/${openid}`);
  const wanted = row.kind === "folder" ? ({ via, articles }) => via === "mass" && articles : ({ place }) => place === "services";
  const found = inbox.filter(wanted).reverse();
  return [
    ...(row.kind === "folder" ? [{ key: "account", node: accountLine }] : []),
    ...found.map((entry) => item(entry, () => posted(entry, row))),
  ];
}

const avatar = (row) =>
  el(
    "span",
    { class: `avatar ${row.kind}`, "aria-hidden": "true" },
    row.kind === "friend" ? icon("person") : row.kind === "folder" ? icon("folder") : row.kind === "services" ? icon("bell") : state.account.slice(0, 1),
  );

function line(row) {
  const unread = isUnread(row);
  return el(
    "button",
    {
      type: "button",
      class: "chatline",
      "data-testid": "chat-line",
      "data-kind": row.kind,
      onclick: () => (row.kind === "account" ? closeChats() : enter(row)),
    },
    avatar(row),
    el(
      "span",
      { class: "words" },
      el("strong", {}, nameOf(row)),
      el("span", { class: "last" }, row.kind === "folder" && row.last ? `${row.name}：${row.last}` : row.last || "还没有消息"),
    ),
    el("span", { class: "side" }, row.at && el("time", {}, stamp(millis(row.at))), unread && el("span", { class: "dot" }, el("span", { class: "unseen" }, "有新消息"))),
  );
}

/** The line of the folder that leads to the account's chat. */
const accountLine = () =>
  el(
    "button",
    { type: "button", class: "chatline", "data-testid": "folder-account", onclick: closeChats },
    avatar({ kind: "account" }),
    el("span", { class: "words" }, el("strong", {}, state.account), el("span", { class: "last" }, "进入公众号的对话")),
  );

function posted(entry, row) {
  return el(
    "div",
    { class: "posted" },
    el("p", { class: "whose" }, avatar({ kind: "account" }), el("span", {}, state.account), el("time", {}, stamp(millis(entry.at)))),
    row.kind === "folder" ? cards({ articles: entry.articles }) : letter({ ...entry, via: "" }),
  );
}

function said(entry) {
  const side = entry.from === "me" ? "me" : "account friend";
  const whose = el("span", { class: "unseen" }, entry.from === "me" ? "我：" : "朋友：");
  const inner = entry.type === "share" ? share(entry.articles[0]) : el("div", { class: "bubble" }, entry.content);
  return el("div", { class: "moment" }, el("div", { class: `row ${side}` }, el("span", { class: "avatar", "aria-hidden": "true" }, icon("person")), el("div", { class: "said" }, whose, inner)));
}
