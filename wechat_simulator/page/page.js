/*
 * The simulator's page: the phone of a follower, and an inspector beside it.
 *
 *   server.js     the control interface /_sim/… and its events
 *   followers.js  the current follower         chat.js      the messages of the chat, with cards.js
 *   composer.js   input of the follower        menu.js      the account's menu
 *   markup.js     links in texts               webview.js   an opened article, with forward.js
 *   chats.js      the list of chats, the folder, service notices, chats with friends
 *   inspector.js  the tabs, with the contents in traffic.js, contents.js, controls.js and account.js
 */

import { ask, byId, el, toast } from "./dom.js";
import { allowWriting, setUpComposer } from "./composer.js";
import {
  arrived,
  chosen,
  forgetFollowers,
  isComing,
  isStranger,
  markUnread,
  refreshFollowers,
  setUpFollowers,
} from "./followers.js";
import { clearChat, drawChat, drawNobody, keepAtFoot, toFoot } from "./chat.js";
import { whenAccountChanges } from "./account.js";
import { closeChats, openChats, refreshChats, setAccountName, setUpChats } from "./chats.js";
import { forwardPage } from "./forward.js";
import { closePage, openPage, openedPage, setUpWebview } from "./webview.js";
import { drawMenu } from "./menu.js";
import { get, listen, post, soon } from "./server.js";
import { happened, openTab, setUpInspector } from "./inspector.js";
import { minute, now, setClock, span } from "./time.js";

const MODES = { plain: "明文", compat: "兼容", safe: "安全" };

const state = { inbox: [], earlier: 0, initial: "号", callback: "", waits: new Map() };

const reading = (action, pause) => soon(() => action().catch((refusal) => toast(refusal.message)), pause);

const readInbox = reading(async () => {
  const openid = chosen();
  if (!openid || isComing(openid)) return;
  const inbox = await get(`inbox/${encodeURIComponent(openid)}`);
  if (openid !== chosen()) return; // another follower was chosen meanwhile
  state.inbox = inbox.filter(({ place }) => place !== "services"); // those are in the list of chats
  draw();
  await refreshChats();
}, 40);

const readFollowers = reading(async () => {
  if (await refreshFollowers()) return changed();
  draw();
  return readInbox();
}, 150);

const readMenu = reading(async () => {
  const openid = chosen();
  const { button } = openid ? await get(`menu?openid=${encodeURIComponent(openid)}`) : { button: [] };
  drawMenu(button, { event: (fields) => send({ type: "event", ...fields }), message: send });
}, 60);

const readClock = reading(async () => {
  const { now: moment, virtual, ahead } = await get("clock");
  setClock(moment, virtual);
  byId("ahead").textContent = `已快进 ${span(ahead)}`;
  byId("ahead").hidden = ahead < 60;
  tellTime();
}, 60);

function draw() {
  const openid = chosen();
  allowWriting(Boolean(openid));
  if (!openid) return drawNobody(() => byId("follower-new").click());
  const since = state.waits.get(openid)?.at(0);
  return drawChat(state.inbox, {
    initial: state.initial,
    hint: state.callback
      ? "发一句话，或点下面的菜单。"
      : "这个账号没有设置回调地址：粉丝发的消息没有人回复。用 --callback 启动模拟器，消息就会推送给你的程序。",
    earlier: state.earlier,
    waiting: since ? { since } : null,
    send: (content, id) => send({ type: "text", content, bizmsgmenuid: id }),
    more: () => {
      state.earlier += 200;
      draw();
    },
  });
}

/** Show another follower. */
function changed() {
  closePage();
  closeChats();
  Object.assign(state, { inbox: [], earlier: 0 });
  clearChat();
  draw();
  if (isStranger()) openChats(byId("follower")).catch((refusal) => toast(refusal.message));
  readInbox();
  readMenu(); // a conditional menu may apply
}

/** Send a message or event of the current follower; the answer arrives through the inbox. */
function send(fields) {
  const openid = chosen();
  return waitFor(openid, post("message", { openid, ...fields }));
}

/** Show that follower as waiting until the promise `work` is settled. */
async function waitFor(openid, work) {
  const since = Date.now();
  state.waits.set(openid, [...(state.waits.get(openid) ?? []), since]);
  draw();
  toFoot();
  try {
    await work;
  } catch (refusal) {
    toast(refusal.message);
  }
  state.waits.set(
    openid,
    state.waits.get(openid).filter((other) => other !== since),
  );
  draw();
  readInbox();
}

async function readAccount() {
  const account = await get("account");
  state.initial = account.name.slice(0, 1);
  state.callback = account.callback;
  document.title = `${account.name} · 公众号模拟器`;
  byId("facts").dataset.account = account.app_id;
  setAccountName(account.name);
  state.name = account.name;
  byId("account-name").textContent = account.name;
  byId("account-name").onclick = (event) =>
    openPage(new URL(`/profile/${encodeURIComponent(account.app_id)}`, location.href).href, account.name, event.currentTarget);
  byId("account-about").textContent = account.kind_name;
  const facts = [
    ["账号", account.app_id],
    ["类型", account.kind_name],
    ["消息", `${MODES[account.mode] ?? account.mode}模式`],
    ["回调", account.callback || "未设置"],
  ];
  byId("facts").replaceChildren(
    ...facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", { title: value }, value))),
  );
}

/** Show the buttons that run a command of the account's program; the program says what became of it. */
async function readButtons() {
  const press = async (name, button) => {
    button.disabled = true;
    button.textContent = `${name}…`;
    try {
      const { said } = await post("buttons", { name });
      toast(said || `「${name}」已运行`);
    } catch (refusal) {
      toast(refusal.message);
    }
    button.disabled = false;
    button.textContent = name;
  };
  const names = (await get("buttons")).map(({ name }) => name);
  byId("buttons").replaceChildren(
    ...names.map((name) =>
      el("button", { type: "button", class: "primary", "data-testid": "page-button", onclick: (event) => press(name, event.currentTarget) }, name),
    ),
  );
}

function tellTime() {
  byId("phone-time").textContent = minute(now());
}

const READS = {
  inbox: ({ openid }) => (openid && openid !== chosen() ? markUnread(openid) : readInbox()), // without an openid: any follower
  chat: ({ openid }) => {
    if (openid === chosen()) return readInbox();
    markUnread(openid);
    return readFollowers(); // it may be a person whom the list does not have
  },
  follower: ({ openid }) => {
    arrived(openid);
    readFollowers();
  },
  menu: readMenu,
  clock: readClock,
  reset: () => {
    forgetFollowers();
    changed();
    readAll();
  },
};

function readAll() {
  for (const read of [readAccount, readButtons]) read().catch((refusal) => toast(refusal.message));
  for (const read of [readClock, readFollowers, readMenu]) read();
}

function live(is) {
  byId("live").textContent = is ? "实时" : "断开，正在重连";
  byId("live").classList.toggle("on", is);
  if (!is) return;
  readAll();
  happened("*");
}

async function startOver() {
  if (await ask("从头开始？", [], "清空", "粉丝、消息、草稿和所有记录都会清空；账号和密钥不变。")) await post("reset");
}

/** Reload followers and contents when another account is chosen or the settings change. */
let shown = "";
whenAccountChanges(async () => {
  await readAccount();
  if (shown === byId("facts").dataset.account) return readAll();
  shown = byId("facts").dataset.account;
  forgetFollowers();
  changed();
  readAll();
  return happened("*");
});

setUpInspector();
setUpWebview();
setUpChats();
byId("webview-forward").addEventListener("click", () =>
  forwardPage({ ...openedPage(), account: state.name, waitFor }).catch((refusal) => toast(refusal.message)),
);
setUpComposer(send);
setUpFollowers(changed, waitFor);
keepAtFoot();
byId("ahead").addEventListener("click", () => openTab("clock"));
byId("reset").addEventListener("click", () => startOver().catch((refusal) => toast(refusal.message)));
setInterval(tellTime, 1000);
draw();
listen((event) => {
  READS[event.what]?.(event);
  happened(event.what);
}, live);
