/* The current follower: choose one, let a new one follow, leave, or scan a code. */

import { ask, byId, el, toast } from "./dom.js";
import { get, post, soon } from "./server.js";

const PAGE = 100; // followers listed at once; an account may have a million
const MORE = "…"; // not an openid: the option that lists more

const SEARCHABLE = 20; // fewer followers are found by looking

const state = { openids: [], others: [], total: 0, chosen: null, coming: new Set(), unread: new Map(), query: "", found: null, requests: 0, answered: 0 };

/** The openid of the current follower, or null. */
export const chosen = () => state.chosen;

/** True if the current person does not follow the account. */
export const isStranger = () => state.others.includes(state.chosen);

/** True if that follower was just created here and the platform may not know it yet. */
export const isComing = (openid) => state.coming.has(openid);

/** Note that the platform knows that follower. */
export const arrived = (openid) => state.coming.delete(openid);

/** Clear the list after a reset. */
export function forgetFollowers() {
  byId("follower-search").value = "";
  Object.assign(state, { openids: [], others: [], total: 0, chosen: null, coming: new Set(), unread: new Map(), query: "", found: null });
  draw();
}

/** Reload the list; keep the current follower if still present, else choose the first. Returns true if the choice changed. */
export async function refreshFollowers() {
  const limit = Math.max(PAGE, state.openids.length);
  const request = ++state.requests;
  const { total, openids, others } = await get(`followers?offset=0&limit=${limit}`);
  if (request < state.answered) return false; // a later answer came first
  state.answered = request;
  Object.assign(state, { total, openids, others });
  const before = state.chosen;
  // Keep one that is just being created or is beyond the listed page.
  const known = openids.includes(before) || others.includes(before) || state.coming.has(before);
  const kept = before && (known || total > openids.length);
  state.chosen = kept ? before : (openids.at(0) ?? null);
  draw();
  return state.chosen !== before;
}

/** Mark another follower in the list as having new messages. */
export function markUnread(openid) {
  if (!openid || openid === state.chosen || ![...state.openids, ...state.others].includes(openid)) return;
  state.unread.set(openid, (state.unread.get(openid) ?? 0) + 1);
  draw();
}

/**
 * Connect the controls. `onChange()` runs when another follower is chosen; `waitFor(openid, work)` shows that follower
 * as waiting until the promise `work` is settled.
 */
export function setUpFollowers(onChange, waitFor) {
  const choose = (openid) => {
    state.chosen = openid;
    state.unread.delete(openid);
    draw();
    onChange();
  };
  byId("follower").addEventListener("change", async (event) => {
    if (event.target.value !== MORE) return choose(event.target.value);
    const { openids } = await get(`followers?offset=${state.openids.length}&limit=${PAGE}`);
    state.openids.push(...openids);
    return draw();
  });
  byId("follower-search").addEventListener(
    "input",
    soon(() => search(choose).catch((refusal) => toast(refusal.message)), 150),
  );
  const follow = (fields) => {
    const openid = madeUp();
    const work = post("followers", { openid, ...fields });
    state.coming.add(openid);
    choose(openid);
    return waitFor(
      openid,
      work.finally(() => arrived(openid)),
    );
  };
  byId("follower-new").addEventListener("click", () => follow({}));
  byId("follower-leave").addEventListener("click", () =>
    isStranger() ? followAs(state.chosen, waitFor) : leave(choose),
  );
  byId("follower-scan").addEventListener("click", () => scan(follow, waitFor));
}

/** List only the followers that match what is typed, and choose the first of them. */
async function search(choose) {
  const query = byId("follower-search").value.trim();
  state.query = query;
  if (!query) {
    state.found = null;
    return draw();
  }
  const { openids } = await get(`followers?q=${encodeURIComponent(query)}&limit=${PAGE}`);
  if (query !== state.query) return; // typed on meanwhile
  state.found = openids;
  if (openids.length && !openids.includes(state.chosen)) return choose(openids[0]);
  return draw();
}

/** Follow as a person to whom a card was forwarded; that is a `subscribe_scene` of its own. */
const followAs = (openid, waitFor) =>
  waitFor(openid, post("followers", { openid, subscribe_scene: "ADD_SCENE_PROFILE_CARD" }));

/** Unfollow as the current follower, and choose the first of the others. */
async function leave(choose) {
  const openid = state.chosen;
  try {
    await post("unfollow", { openid });
  } catch (refusal) {
    return toast(refusal.message);
  }
  state.openids = state.openids.filter((other) => other !== openid);
  return choose(state.openids[0] ?? null);
}

/** Scan a scene code as the current follower, or as a new user who then follows. */
async function scan(follow, waitFor) {
  const found = await ask(
    "扫带参数的二维码",
    [
      { name: "scene", label: "场景值", value: "issue12", hint: "数字或 64 字以内的文字，就是创建二维码时给的 scene" },
      {
        name: "who",
        label: "谁来扫",
        options: [
          ["me", "当前粉丝"],
          ["new", "未关注的用户（扫码后关注）"],
        ],
        value: state.chosen ? "me" : "new",
      },
    ],
    "扫码",
  );
  if (!found) return;
  if (found.who === "new" || !state.chosen) await follow({ scene: found.scene });
  else
    await waitFor(
      state.chosen,
      post("message", { openid: state.chosen, type: "event", event: "SCAN", key: found.scene }),
    );
}

/** Generate an openid in the platform's format: 28 characters that start with o. */
export function madeUp() {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return "o" + [...crypto.getRandomValues(new Uint8Array(27))].map((byte) => letters[byte % 64]).join("");
}

/** The name of a person on this page; the platform provides none. */
export function called(openid) {
  const short = openid.length > 14 ? `${openid.slice(0, 6)}…${openid.slice(-4)}` : openid;
  if (state.others.includes(openid)) return `没关注 · ${short}`;
  const place = state.openids.indexOf(openid); // beyond the listed page the number is unknown
  return `${place < 0 ? "粉丝" : `粉丝 ${place + 1}`} · ${short}`;
}

/** The name of a person with the number of new messages. */
function listed(openid) {
  const unread = state.unread.get(openid);
  return called(openid) + (unread ? ` · ${unread} 条新消息` : "");
}

function draw() {
  const select = byId("follower");
  const known = state.found ?? [...state.openids, ...state.others];
  const people = state.chosen && !known.includes(state.chosen) ? [...known, state.chosen] : known;
  byId("follower-search").hidden = state.total <= SEARCHABLE;
  const options = people.map((openid) =>
    el("option", { value: openid, selected: openid === state.chosen }, listed(openid)),
  );
  if (state.found?.length === 0) options.unshift(el("option", { disabled: true }, `没有粉丝的 openid 或名字里有「${state.query}」`));
  if (!state.found && state.total > state.openids.length)
    options.push(el("option", { value: MORE }, `再列 ${PAGE} 位（共 ${state.total.toLocaleString("zh-CN")} 位）…`));
  select.replaceChildren(...(options.length ? options : [el("option", {}, "还没有粉丝")]));
  select.value = state.chosen ?? select.firstElementChild.value;
  select.disabled = people.length === 0;
  drawLeave();
  byId("follower-avatar").style.setProperty("--hue", String(hue(state.chosen ?? "")));
}

/** The button in the phone's head: leave, or follow for a person who does not. */
function drawLeave() {
  const button = byId("follower-leave");
  const words = isStranger() ? "关注公众号" : "取消关注";
  button.disabled = !state.chosen;
  button.title = words;
  button.setAttribute("aria-label", words);
  button.querySelector("use").setAttribute("href", isStranger() ? "#i-follow" : "#i-leave");
}

/** The hue of an openid in degrees; always the same for one openid. */
function hue(openid) {
  let sum = 0;
  for (const letter of openid) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
}
