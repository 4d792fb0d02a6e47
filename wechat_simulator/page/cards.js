/* Cards in the chat: articles with pictures, and template notices. */

import { el, icon } from "./dom.js";
import { link, webAddress } from "./markup.js";
import { openPage } from "./webview.js";

const VIA = {
  customer: "客服消息",
  mass: "群发",
  preview: "群发预览",
  template: "模板消息",
  "one-time": "一次性订阅消息",
  notice: "订阅通知",
};

/** Labels of the routes other than a plain reply. */
export const route = (via) => VIA[via] && el("span", { class: "via" }, VIA[via]);

/** A template message or subscription notice: title, each field with its name, and the link. */
export function letter({ title, content, fields, url, via }) {
  const lines = fields
    ? el("span", { class: "fields" }, fields.map(([name, value]) => [el("span", { class: "name" }, name), el("span", {}, value)]).flat())
    : content.split("\n").slice(1).map((line) => el("span", { class: "about" }, line));
  const foot = url.startsWith("miniprogram:") ? "进入小程序查看" : "查看详情";
  const inner = [
    el("span", { class: "words" }, el("strong", {}, title), lines),
    url && el("span", { class: "foot", "aria-hidden": "true" }, foot),
  ];
  return el(
    "div",
    { class: "said wide" },
    el("article", { class: "card single letter", "data-testid": "notice" }, leading(url, title, inner, "lead")),
    route(via),
  );
}

/** A forwarded page: title, digest, a small picture, and the account that it is from. */
export function share({ title, description, open, url, picture: drawing, source }) {
  const inner = [
    el("strong", {}, title),
    el("span", { class: "middle" }, el("span", { class: "about" }, description || url), drawing ? picture(drawing, "") : el("span", { class: "blank", "aria-hidden": "true" }, icon("link"))),
    source && el("span", { class: "source" }, source),
  ];
  return el("article", { class: "share", "data-testid": "share" }, leading(open, title, inner, "inside"));
}

/** A card of articles: one with picture and text, or a large first one with others below. */
export function cards({ articles, via }) {
  const [first, ...rest] = articles;
  const single = rest.length === 0;
  return el(
    "div",
    { class: "said wide" },
    el(
      "article",
      { class: single ? "card single" : "card several", "data-testid": "card" },
      article(first, single ? "lead" : "lead cover", single),
      rest.map((item) => article(item, "item", false)),
    ),
    route(via),
  );
}

function article({ title, description, open, picture: drawing, deleted }, look, single) {
  const words = el(
    "span",
    { class: "words" },
    el("strong", {}, title),
    deleted && el("span", { class: "gone" }, "该内容已被发布者删除"),
    single && description && el("span", { class: "about" }, description),
  );
  const inner = [
    picture(drawing, ""),
    words,
    single && el("span", { class: "foot", "aria-hidden": "true" }, "阅读全文"),
  ];
  return leading(open, title, inner, look);
}

/** A link that opens a page in the phone; plain content if the address is not http(s). */
function leading(url, title, inner, look) {
  const address = url && webAddress(url);
  if (!address) return el("div", { class: look }, inner);
  const open = (_, __, from) => openPage(address, title, from);
  return link(address, inner, open, { class: look, "data-testid": "card-link" });
}

/** A picture, or a placeholder if it cannot be loaded. */
export function picture(address, alt) {
  const found = address && webAddress(address);
  const blank = () => el("span", { class: "blank", "aria-hidden": "true" }, icon("image"));
  if (!found) return blank();
  return el("img", {
    src: found,
    alt,
    referrerpolicy: "no-referrer",
    onerror: (event) => event.currentTarget.replaceWith(blank()),
  });
}
