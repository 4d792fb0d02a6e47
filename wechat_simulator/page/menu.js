/* The account's menu under the chat: up to three buttons, each with up to five sub-buttons. */

import { ask, byId, el } from "./dom.js";
import { webAddress } from "./markup.js";
import { openPage } from "./webview.js";

/** Render the menu; `event(fields)` sends the event of a tapped button, `message(fields)` the message that follows it. */
export function drawMenu(buttons, { event, message }) {
  const bar = byId("menu");
  bar.hidden = buttons.length === 0;
  bar.replaceChildren(...buttons.map((button) => top(button, { event, message })));
}

function top(button, actions) {
  const below = button.sub_button ?? [];
  if (below.length === 0)
    return el(
      "div",
      { class: "slot" },
      el("button", { type: "button", onclick: (e) => press(button, actions, e.currentTarget) }, button.name),
    );
  const list = el(
    "div",
    { class: "below", role: "menu", "aria-label": button.name, hidden: true },
    below.map((item) =>
      el(
        "button",
        {
          type: "button",
          role: "menuitem",
          tabindex: "-1",
          onclick: () => {
            close(opener);
            press(item, actions, opener);
          },
        },
        item.name,
      ),
    ),
  );
  const opener = el(
    "button",
    {
      type: "button",
      class: "opens",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => (list.hidden ? open(opener) : close(opener)),
    },
    button.name,
  );
  const slot = el("div", { class: "slot", onkeydown: (e) => keys(e, opener, list) }, opener, list);
  slot.addEventListener("focusout", (e) => {
    if (!slot.contains(e.relatedTarget)) close(opener);
  });
  return slot;
}

function open(opener) {
  const list = opener.nextElementSibling;
  opener.setAttribute("aria-expanded", "true");
  list.hidden = false;
  list.firstElementChild.focus();
}

function close(opener) {
  opener.setAttribute("aria-expanded", "false");
  opener.nextElementSibling.hidden = true;
}

function keys(event, opener, list) {
  const items = [...list.children];
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key === "Escape" && !list.hidden) {
    event.stopPropagation();
    close(opener);
    opener.focus();
  } else if (event.key in steps) {
    event.preventDefault();
    if (list.hidden) open(opener);
    else items[(at + steps[event.key] + items.length) % items.length].focus();
  }
}

/* Actions of the button types (reference, sections B2 and K4). */
const PRESSES = {
  click: (button, { event }) => event({ event: "CLICK", key: button.key }),
  view: (button, { event }, from) => {
    event({ event: "VIEW", key: button.url });
    const address = webAddress(button.url);
    if (address) openPage(address, button.name, from);
  },
  miniprogram: (button, { event }, from) => {
    event({ event: "view_miniprogram", key: button.pagepath });
    const address = webAddress(button.url ?? "");
    if (address) openPage(address, button.name, from);
  },
  scancode_push: scan,
  scancode_waitmsg: scan,
  pic_sysphoto: photo,
  pic_photo_or_album: photo,
  pic_weixin: photo,
  location_select: place,
};

function press(button, actions, from) {
  const act = PRESSES[button.type] ?? PRESSES.click;
  return act(button, actions, from);
}

async function scan(button, { event }) {
  const found = await ask("扫一扫", [{ name: "result", label: "二维码内容", value: "B-0012" }], "确定");
  if (found) event({ event: button.type, key: button.key, scan_type: "qrcode", scan_result: found.result });
}

async function photo(button, { event, message }) {
  await event({ event: button.type, key: button.key, count: 1 });
  await message({ type: "image" });
}

async function place(button, { event, message }) {
  const found = await ask("发送位置", PLACE, "发送");
  if (!found) return;
  const where = {
    location_x: Number(found.latitude),
    location_y: Number(found.longitude),
    scale: 16,
    label: found.label,
  };
  await event({ event: "location_select", key: button.key, ...where });
  await message({ type: "location", ...where });
}

/** The dialog fields of a location. */
export const PLACE = [
  { name: "latitude", label: "纬度", value: "31.230416", type: "number" },
  { name: "longitude", label: "经度", value: "121.473701", type: "number" },
  { name: "label", label: "地点", value: "上海市黄浦区", required: false },
];
