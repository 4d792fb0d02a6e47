/* The account tab: choice of account, settings, and actions on all followers. */

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

/** Run `action()` whenever another account is chosen or the settings of this one change. */
export const whenAccountChanges = (action) => {
  changed = action;
};

/** Show an error where it occurred, and reload what may have changed. */
async function act(work, said = "") {
  try {
    await work();
    if (said) toast(said);
  } catch (refusal) {
    toast(refusal.message);
  }
  changed();
}

/** Definition of the tab for the inspector. */
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

/** A form with an explanation; `work` receives its fields as an object. */
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

/** Choose the account, or add one. */
function which(then) {
  const select = el("select", { name: "account", "data-testid": "account-select" });
  select.addEventListener("change", () => then(() => useAccount(select.value)));
  return form(
    "查看账号",
    "account-new",
    [
      field("账号", select),
      field("新账号名称", el("input", { name: "name", value: "另一个公众号", required: true })),
      field("类型", choice("kind", KINDS)),
      el("div", { class: "buttons" }, go("新建账号", "account-add")),
    ],
    ({ name, kind }) =>
      then(async () => useAccount((await post("accounts", { name, kind })).app_id), `「${name}」已建好`),
  );
}

/** Settings of the platform's console; fields being edited are not overwritten by a reload. */
function settings(then) {
  const made = form(
    "后台设置",
    "account-settings",
    [
      el("dl", { class: "secrets" }),
      field("类型", choice("kind", KINDS)),
      field("消息加解密", choice("mode", MODES)),
      field("数据格式", choice("data_format", FORMATS)),
      field("回调地址", el("input", { name: "callback", type: "url", placeholder: "http://…/wechat" })),
      field("群发要管理员确认", el("input", { name: "admin_confirms", type: "checkbox" })),
      el("div", { class: "buttons" }, go("保存", "account-set")),
    ],
    (values) => {
      made.dataset.touched = "";
      then(() => post("account", { ...values, admin_confirms: "admin_confirms" in values }), "已保存");
    },
  );
  made.addEventListener("input", () => {
    made.dataset.touched = made.dataset.account;
  });
  return made;
}

/** Add many followers at once. */
function crowd(then) {
  return form(
    "批量添加粉丝（不推送回调）",
    "account-crowd",
    [
      field("粉丝数", el("input", { name: "count", type: "number", value: "1000", min: "0", required: true })),
      el("div", { class: "buttons" }, go("添加", "crowd-make")),
    ],
    ({ count }) => then(() => post("followers", { count: Number(count) }), `已添加，现在共 ${count} 位粉丝`),
  );
}

/** Accept or reject a notice as the current follower. */
function consents(then) {
  return form(
    "当前粉丝对订阅通知的授权",
    "account-consent",
    [
      field("模板 ID", el("input", { name: "template_id", required: true })),
      field("选择", choice("answer", { accept: "同意", reject: "拒绝" })),
      field("同意次数", el("input", { name: "times", type: "number", value: "1", min: "1", max: "1000", required: true })),
      el("div", { class: "buttons" }, go("提交", "consent-give")),
    ],
    ({ template_id: templateId, answer, times }) =>
      then(() => {
        if (!chosen()) throw new Error("还没有选中的粉丝");
        return post("consent", {
          openid: chosen(),
          template_id: templateId,
          accept: answer === "accept",
          times: Number(times),
        });
      }, "已提交，回调见左边的标签页"),
  );
}

/** Revoke all tokens, as a reset of the secret does. */
function tokens(then) {
  return form(
    "作废所有 access_token",
    "account-tokens",
    [
      el("p", { class: "hint" }, "相当于在后台重置 AppSecret：现有凭证立刻失效，可以检验程序会不会自动换新的。"),
      el("div", { class: "buttons" }, go("全部作废", "tokens-revoke")),
    ],
    () => then(() => post("tokens/revoke"), "已全部作废"),
  );
}
