/* Traffic: API calls of the account, and callbacks of the platform. */

import { el, empty, reconcile, toast } from "./dom.js";
import { get, post } from "./server.js";
import { exact, millis } from "./time.js";
import { code } from "./source.js";

const SHOWN = 200; // newest rows shown; the control interface has all

/** The newest entries of a log, loaded incrementally. */
function log(path) {
  let kept = [];
  return {
    forget() {
      kept = [];
    },
    async read() {
      const fresh = await get(`${path}?since=${kept.at(-1)?.id ?? 0}&limit=${SHOWN}`);
      const last = kept.at(-1)?.id ?? 0; // another request may have finished first
      kept = [...kept, ...fresh.filter(({ id }) => id > last)].slice(-SHOWN);
      return kept;
    },
  };
}

const callLog = log("calls");
const callbackLog = log("callbacks");

/** API calls with request and response. */
export const calls = {
  id: "calls",
  name: "调用",
  forget: callLog.forget,
  what: ["call"],
  build(panel, refresh) {
    const filter = el("input", {
      type: "search",
      placeholder: "按路径过滤，如 draft",
      "aria-label": "按路径过滤",
      oninput: refresh,
    });
    panel.append(el("div", { class: "bar" }, filter), el("div", { class: "rows" }));
  },
  async refresh(panel) {
    const wanted = panel.querySelector("input").value.trim();
    const found = (await callLog.read()).filter(({ path }) => path.includes(wanted));
    list(
      panel,
      found,
      callRow,
      wanted
        ? ["没有这样的调用", "换一段路径试试。"]
        : ["还没有接口调用", "把公众号程序的接口地址换成这个网址，每次接口调用都会显示在这里。"],
    );
  },
};

/** Callbacks with their attempts and what the follower saw. */
export const callbacks = {
  id: "callbacks",
  name: "回调",
  forget: callbackLog.forget,
  what: ["callback"],
  build(panel) {
    panel.append(
      el(
        "div",
        { class: "bar" },
        el("p", { class: "hint" }, "平台推送给公众号的每一条回调，包括重试和粉丝看到的结果。"),
        el("button", { type: "button", class: "quiet", onclick: verify }, "验证回调地址"),
      ),
      el("div", { class: "rows" }),
    );
  },
  async refresh(panel) {
    list(panel, await callbackLog.read(), callbackRow, [
      "还没有回调",
      "粉丝关注、发消息、点菜单时，平台推送给公众号的内容会显示在这里。",
    ]);
  },
};

function list(panel, found, make, [title, help]) {
  const rows = panel.querySelector(".rows");
  if (found.length === 0) return rows.replaceChildren(empty(title, help));
  return reconcile(rows, [...found].reverse(), ({ id }) => id, make);
}

function callRow({ at, method, path, status, errcode, seconds, query, body, answer, escapes, fault }) {
  const good = status === 200 && !errcode;
  return el(
    "details",
    { class: "line", "data-testid": "call" },
    el(
      "summary",
      {},
      el("time", {}, exact(millis(at))),
      el("span", { class: `verb ${String(method).toLowerCase()}` }, method),
      el("span", { class: "path" }, path),
      el(
        "span",
        { class: "marks" },
        escapes &&
          el("span", { class: "mark busy", title: "请求里有 \\uXXXX 转义：有的接口会原样存储" }, "\\u 转义"),
        fault && el("span", { class: "mark busy", title: "设置的故障" }, `故障 ${fault}`),
        el(
          "span",
          { class: good ? "mark good" : "mark bad" },
          status === 200 ? String(errcode ?? 0) : status ? `HTTP ${status}` : "断线",
        ),
      ),
      el("span", { class: "took" }, took(seconds)),
    ),
    el("div", { class: "inside" }, part("参数", query), part("请求", body), part("响应", answer)),
  );
}

function callbackRow({ at, event, type, openid, body, attempts, shown, fault, note }) {
  return el(
    "details",
    { class: "line", "data-testid": "callback" },
    el(
      "summary",
      {},
      el("time", {}, exact(millis(at))),
      el("span", { class: "verb post" }, event || type),
      el("span", { class: "gist" }, gist(body), el("span", { class: "path" }, openid)),
      el(
        "span",
        { class: "marks" },
        fault && el("span", { class: "mark bad", title: note }, "故障提示"),
        attempts.map(({ status }) =>
          el("span", { class: status === 200 ? "mark good" : "mark bad" }, String(status ?? "无")),
        ),
      ),
      el("span", { class: "took" }, took(attempts.at(-1)?.seconds)),
    ),
    el(
      "div",
      { class: "inside" },
      part("推送", body),
      attempts.map((attempt, place) =>
        part(
          `第 ${place + 1} 次 · ${attempt.status ?? "没有响应"} · ${took(attempt.seconds)}`,
          attempt.answer || attempt.error || "（空）",
        ),
      ),
      part("粉丝看到", fault ? "故障提示" : (shown ?? "什么也没有")),
      part("说明", note),
    ),
  );
}

/** Verify the callback URL with an echostr, as the console does when it is entered. */
async function verify() {
  try {
    const { verified, status, error } = await post("verify");
    toast(verified ? "回调地址验证通过" : `回调地址没有通过验证：${error ?? `返回 ${status}`}`);
  } catch (refusal) {
    toast(refusal.message);
  }
}

/** Short description of a callback: the text that was sent, or the key that was tapped. */
function gist(body) {
  const found = /<(?:Content|EventKey|Label|Title)>(?:<!\[CDATA\[)?([\s\S]*?)(?:\]\]>)?<\//.exec(body);
  return found?.[1] ? `${found[1].slice(0, 60)} ` : "";
}

function part(title, content) {
  if (content === undefined || content === null || content === "") return null;
  if (typeof content === "object" && Object.keys(content).length === 0) return null;
  return el("section", {}, el("h4", {}, title), code(content));
}

/** Format seconds for display. */
function took(seconds) {
  if (!Number.isFinite(seconds)) return "";
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} 毫秒` : `${seconds.toFixed(1)} 秒`;
}
