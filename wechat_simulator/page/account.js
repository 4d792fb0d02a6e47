/* The account itself: which of several is looked at, how it is set, and what happens to all its followers at once. */

import { el, toast } from "./dom.js";
import { get, post, useAccount } from "./server.js";
import { chosen } from "./followers.js";

const KINDS = {
  svc: "已认证的服务号",
  sub: "已认证的订阅号",
  "org-unverified": "未认证的企业订阅号",
  personal: "个人订阅号",
};
const MODES = { plain: "明文模式", compat: "兼容模式", safe: "安全模式" };
const FORMATS = { xml: "XML", json: "JSON" };

let changed = () => {};

/** `action()` runs whenever another account is looked at, or this one is set anew. */
export const whenAccountChanges = (action) => {
  changed = action;
};

/** Say that something went wrong where it did, and read anew what may have changed. */
async function act(work, said = "") {
  try {
    await work();
    if (said) toast(said);
  } catch (refusal) {
    toast(refusal.message);
  }
  changed();
}

/** The tab. */
export const account = {
  id: "account",
  name: "账号",
  what: [],
  also: ["follower"],
  build(panel, refresh) {
    const then = (work, said) => act(work, said).then(refresh);
    panel.append(which(then), settings(then), crowd(then), consents(then), tokens(then));
  },
  async refresh(panel) {
    const [all, one] = await Promise.all([get("accounts"), get("account")]);
    const select = panel.querySelector("[name=account]");
    select.replaceChildren(
      ...all.map(({ app_id: appId, name }) =>
        el("option", { value: appId, selected: appId === one.app_id }, `${name} · ${appId}`),
      ),
    );
    const form = panel.querySelector("[data-testid=account-settings]");
    if (form.dataset.touched !== one.app_id) {
      for (const name of ["kind", "mode", "data_format", "callback"]) form.elements[name].value = one[name];
      form.elements.admin_confirms.checked = one.admin_confirms;
      form.dataset.account = one.app_id;
    }
    panel.querySelector(".secrets").replaceChildren(
      ...[
        ["AppID", one.app_id],
        ["AppSecret", one.secret],
        ["Token", one.token],
        ["EncodingAESKey", one.aes_key],
        ["粉丝", one.followers.toLocaleString("zh-CN")],
      ].map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    );
  },
};

const field = (name, control) => el("label", { class: "field" }, el("span", {}, name), control);
const choice = (name, options) =>
  el(
    "select",
    { name },
    Object.entries(options).map(([value, words]) => el("option", { value }, words)),
  );
const go = (words, testid) => el("button", { class: "primary", type: "submit", "data-testid": testid }, words);

/** A form whose fields, as an object, go to `work`; it says what it is for above them. */
function form(title, testid, fields, work) {
  return el(
    "form",
    {
      class: "order",
      "data-testid": testid,
      onsubmit: (event) => {
        event.preventDefault();
        work(Object.fromEntries(new FormData(event.target)), event.target);
      },
    },
    el("h3", {}, title),
    ...fields,
  );
}

/** Which account the page is about, and one more. */
function which(then) {
  const select = el("select", { name: "account", "data-testid": "account-select" });
  select.addEventListener("change", () => then(() => useAccount(select.value)));
  return form(
    "看哪个账号",
    "account-new",
    [
      field("账号", select),
      field("再开一个，名称", el("input", { name: "name", value: "另一个公众号", required: true })),
      field("类型", choice("kind", KINDS)),
      el("div", { class: "buttons" }, go("再开一个账号", "account-add")),
    ],
    ({ name, kind }) =>
      then(async () => useAccount((await post("accounts", { name, kind })).app_id), `「${name}」开好了`),
  );
}

/** What is set in the console of the real platform; what a person has begun to change is not read over. */
function settings(then) {
  const made = form(
    "后台里的设置",
    "account-settings",
    [
      el("dl", { class: "secrets" }),
      field("类型", choice("kind", KINDS)),
      field("消息加解密", choice("mode", MODES)),
      field("数据格式", choice("data_format", FORMATS)),
      field("回调地址", el("input", { name: "callback", type: "url", placeholder: "http://…/wechat" })),
      field("群发要管理员确认", el("input", { name: "admin_confirms", type: "checkbox" })),
      el("div", { class: "buttons" }, go("改好", "account-set")),
    ],
    (values) => {
      made.dataset.touched = "";
      then(() => post("account", { ...values, admin_confirms: "admin_confirms" in values }), "改好了");
    },
  );
  made.addEventListener("input", () => {
    made.dataset.touched = made.dataset.account;
  });
  return made;
}

/** Many followers at once. */
function crowd(then) {
  return form(
    "一群粉丝（不发回调）",
    "account-crowd",
    [
      field("多少位", el("input", { name: "count", type: "number", value: "1000", min: "0", required: true })),
      el("div", { class: "buttons" }, go("就有这么多", "crowd-make")),
    ],
    ({ count }) => then(() => post("followers", { count: Number(count) }), `有了 ${count} 位粉丝`),
  );
}

/** The follower who holds the phone says yes or no to a notice. */
function consents(then) {
  return form(
    "当前粉丝对订阅通知",
    "account-consent",
    [
      field("模板 ID", el("input", { name: "template_id", required: true })),
      field("回答", choice("answer", { accept: "同意", reject: "拒绝" })),
      field("同意几次", el("input", { name: "times", type: "number", value: "1", min: "1", max: "1000", required: true })),
      el("div", { class: "buttons" }, go("回答", "consent-give")),
    ],
    ({ template_id: templateId, answer, times }) =>
      then(() => {
        if (!chosen()) throw new Error("还没有粉丝拿着手机");
        return post("consent", {
          openid: chosen(),
          template_id: templateId,
          accept: answer === "accept",
          times: Number(times),
        });
      }, "回答了，回调见左边的标签页"),
  );
}

/** What happens when somebody resets the secret. */
function tokens(then) {
  return form(
    "作废所有 access_token",
    "account-tokens",
    [
      el("p", { class: "hint" }, "后台重置 AppSecret 时就是这样：程序手里的凭证立刻失效，看它会不会自己换一个。"),
      el("div", { class: "buttons" }, go("全部作废", "tokens-revoke")),
    ],
    () => then(() => post("tokens/revoke"), "作废了"),
  );
}
