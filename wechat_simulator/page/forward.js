/* Forwarding an opened page: to the account, to another follower, or to a friend who does not follow. */

import { byId, el, icon, toast } from "./dom.js";
import { share } from "./cards.js";
import { get, post, soon } from "./server.js";
import { called, chosen, madeUp } from "./followers.js";

const LISTED = 40;

/** Ask to whom the page goes, and forward it. Resolves when it was sent, or the dialog was cancelled. */
export async function forwardPage({ url, title, account, waitFor }) {
  const asked = new URLSearchParams({ openid: chosen(), url, title });
  const card = await get(`card?${asked}`);
  const order = await choose(card, account);
  if (!order) return;
  const work = post("forward", { openid: chosen(), url, title, to: order.to, words: order.words });
  await (order.to === "account" ? waitFor(chosen(), work) : work);
  toast(order.to === "account" ? `已发给「${account}」` : "已转发，在左上角的聊天列表里");
}

/** Show the dialog with the card as it will look. Resolves to `{to, words}`, or to null. */
async function choose(card, account) {
  const dialog = byId("ask");
  const list = el("div", { class: "people", role: "radiogroup", "aria-label": "发给谁" });
  const search = el("input", { type: "search", "aria-label": "找人：openid 或名字里的几个字", placeholder: "找人", autocomplete: "off" });
  const words = el("input", { name: "words", "aria-label": "附一句话", placeholder: "附一句话（可不写）", maxlength: "200", autocomplete: "off" });
  const stranger = madeUp();
  const draw = async () => {
    const query = search.value.trim();
    const found = await get(`followers?limit=${LISTED}${query ? `&q=${encodeURIComponent(query)}` : ""}`);
    if (query !== search.value.trim()) return; // typed on meanwhile
    const fixed = [
      ["account", `公众号「${account}」`, "chat"],
      [stranger, "一个还没关注的朋友", "follow"],
    ];
    const others = [...(found.others ?? []), ...found.openids].filter((openid) => openid !== chosen());
    const people = others.map((openid) => [openid, called(openid), "person"]);
    list.replaceChildren(...[...(query ? [] : fixed), ...people].map(person));
    list.querySelector("input")?.setAttribute("checked", "");
  };
  search.addEventListener("input", soon(() => draw().catch((refusal) => toast(refusal.message)), 150));
  await draw();
  const form = el(
    "form",
    { method: "dialog", class: "forward" },
    el("h2", { id: "ask-title" }, "转发给"),
    search,
    list,
    el("div", { class: "preview", inert: true }, share(card)),
    words,
    el(
      "div",
      { class: "buttons" },
      el("button", { type: "button", class: "quiet", onclick: () => dialog.close("") }, "取消"),
      el("button", { type: "submit", class: "primary", value: "yes", "data-testid": "forward-send" }, "发送"),
    ),
  );
  dialog.replaceChildren(form);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => {
      const found = Object.fromEntries(new FormData(form));
      resolve(dialog.returnValue === "yes" && found.to ? found : null);
    };
  });
}

const person = ([to, name, drawing]) =>
  el(
    "label",
    { class: "person" },
    el("input", { type: "radio", name: "to", value: to, required: true }),
    el("span", { class: "avatar", "aria-hidden": "true" }, icon(drawing)),
    el("span", {}, name),
  );
