/* The chat as a follower sees it: bubbles, cards and notices, oldest first. */

import { byId, el, empty, icon, reconcile } from "./dom.js";
import { cards, letter, picture, route, share } from "./cards.js";
import { rich, tapLine } from "./markup.js";
import { openPage } from "./webview.js";
import { millis, stamp } from "./time.js";

const SHOWN = 200; // messages rendered at first; older ones on request
const GAP = 5 * 60_000; // a longer pause gets a time stamp
const NAMES = {
  image: "图片",
  voice: "语音",
  video: "视频",
  shortvideo: "小视频",
  music: "音乐",
  location: "位置",
  link: "链接",
  miniprogrampage: "小程序",
  wxcard: "卡券",
};
const DRAWINGS = { voice: "voice", video: "video", shortvideo: "video", link: "link" };

/**
 * Render the inbox of one follower. `send(content, id)` is called for a tapped line, `initial` is the letter in the
 * account's avatar, `hint` the text of an empty chat; `earlier` counts the older messages requested through `more()`;
 * `waiting` is the time since which an answer is pending, or null.
 */
export function drawChat(inbox, { send, initial, hint, earlier, more, waiting }) {
  const chat = byId("chat");
  const atFoot = isAtFoot(chat);
  const first = Math.max(0, inbox.length - SHOWN - earlier);
  const items = inbox.slice(first).map((entry, place) => ({ entry, before: inbox[first + place - 1] }));
  reconcile(
    chat,
    [
      ...(first > 0 ? [{ key: `more-${first}`, node: () => moreButton(first, more) }] : []),
      ...items.map((item) => ({ key: keyOf(item.entry), node: () => message(item, { send, initial }) })),
      ...(inbox.length || waiting ? [] : [{ key: "none", node: () => empty("还没有消息", hint) }]),
      ...(waiting ? [{ key: `waiting-${waiting.since}`, node: () => waitingRow(waiting, initial) }] : []),
    ],
    ({ key }) => key,
    ({ node }) => node(),
  );
  if (atFoot) toFoot();
}

const moreButton = (count, more) =>
  el("button", { type: "button", class: "more", onclick: more }, `更早的 ${count} 条`);

/** Key of an entry; it changes when an article of its card is deleted, so that the card is rendered again. */
const keyOf = ({ id, articles = [] }) => `${id}-${articles.filter(({ deleted }) => deleted).length}`;

/** Show the phone without followers. */
export function drawNobody(follow) {
  const chat = byId("chat");
  if (chat.firstElementChild?.dataset.key === "nobody") return;
  chat.replaceChildren(
    el(
      "div",
      { class: "empty nobody", "data-key": "nobody" },
      el("span", { class: "round", "aria-hidden": "true" }, icon("chat")),
      el("p", {}, "还没有粉丝"),
      el("p", {}, "按「新粉丝关注」开始：公众号会收到关注事件，它的欢迎语会出现在这里。"),
      el("button", { type: "button", class: "primary", onclick: follow }, "新粉丝关注"),
    ),
  );
}

/** Clear the chat before another follower is shown. */
export const clearChat = () => byId("chat").replaceChildren();

/** Keep a chat that was scrolled to the end there when its height changes, as by the panel behind +. */
export function keepAtFoot() {
  const chat = byId("chat");
  let atFoot = true;
  chat.addEventListener(
    "scroll",
    () => {
      atFoot = isAtFoot(chat);
    },
    { passive: true },
  );
  new ResizeObserver(() => {
    if (atFoot) chat.scrollTop = chat.scrollHeight;
  }).observe(chat);
}

const isAtFoot = (chat) => chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120;

/** Scroll to the newest message, and again when its pictures have loaded. */
export function toFoot() {
  const chat = byId("chat");
  const go = () => {
    chat.scrollTop = chat.scrollHeight;
  };
  go();
  for (const picture of chat.querySelectorAll("img"))
    if (!picture.complete) picture.addEventListener("load", go, { once: true });
}

function message({ entry, before }, actions) {
  const at = millis(entry.at);
  const quiet = !before || at - millis(before.at) > GAP;
  return el(
    "div",
    { class: "moment" },
    quiet && el("p", { class: "stamp" }, el("time", { datetime: new Date(at).toISOString() }, stamp(at))),
    body(entry, actions),
  );
}

function body(entry, actions) {
  if (entry.type === "fault")
    return el("p", { class: "notice fault", "data-testid": "fault" }, icon("alert"), entry.content);
  if (entry.type === "notice") return letter(entry);
  if (entry.articles?.length && entry.type !== "link") return cards(entry);
  return row(
    entry.from,
    entry.articles?.length
      ? share(entry.articles[0])
      : el(
          "div",
          { class: `bubble ${entry.type}`, "data-testid": "bubble", "data-from": entry.from },
          inside(entry, actions),
        ),
    entry,
    actions.initial,
  );
}

function row(from, bubble, { via }, initial) {
  const avatar = el("span", { class: "avatar", "aria-hidden": "true" }, from === "me" ? icon("person") : initial);
  const whose = el("span", { class: "unseen" }, from === "me" ? "我：" : "公众号：");
  return el("div", { class: `row ${from}` }, avatar, el("div", { class: "said" }, whose, bubble, route(via)));
}

function inside(entry, { send }) {
  const words = (text) => rich(String(text ?? ""), { open: openPage, send });
  if (entry.type === "text") return entry.from === "me" ? [String(entry.content ?? "")] : words(entry.content);
  if (entry.type === "msgmenu") return choices(entry, words, send);
  if (entry.type === "image") return (entry.pictures ?? [entry.picture]).map((one) => picture(one, "图片"));
  if (entry.type === "location") return [icon("place"), el("span", {}, entry.content || "位置")];
  const told = entry.content ?? entry.title;
  return [
    DRAWINGS[entry.type] && icon(DRAWINGS[entry.type]),
    el("span", { class: "what" }, NAMES[entry.type] ?? entry.type),
    told && el("span", {}, words(told)),
  ];
}

function choices({ head, list = [], tail }, words, send) {
  return [
    head && el("p", {}, words(head)),
    el(
      "ul",
      {},
      list.map((choice) =>
        el(
          "li",
          {},
          tapLine(choice.content, () => send(choice.content, choice.id)),
        ),
      ),
    ),
    tail && el("p", {}, words(tail)),
  ];
}

function waitingRow({ since }, initial) {
  const seconds = el("span", { class: "seconds" });
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const bubble = el("div", { class: "bubble waits", role: "status", "aria-label": "等待公众号回复" }, dots, seconds);
  const node = el("div", { class: "moment" }, row("account", bubble, {}, initial));
  const tick = () => {
    const passed = Math.floor((Date.now() - since) / 1000);
    if (passed > 0) seconds.textContent = passed < 5 ? `${passed} 秒` : `${passed} 秒 · 平台在重试`;
    if (node.isConnected || passed === 0) setTimeout(tick, 500);
  };
  tick();
  return node;
}
