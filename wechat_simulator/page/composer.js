/* Input of the follower: a text field, and a panel with every other message type. */

import { ask, byId, el, icon } from "./dom.js";
import { PLACE } from "./menu.js";

const UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"; // the text that the platform sends for an animated sticker

/** Message types behind +: each resolves to the fields of a message, or to null if the dialog is cancelled. */
const KINDS = [
  { name: "图片", drawing: "image", kind: "image", fields: async () => ({ type: "image" }) },
  { name: "位置", drawing: "place", kind: "location", fields: async () => place(await ask("发送位置", PLACE)) },
  { name: "语音", drawing: "voice", kind: "voice", fields: async () => ({ type: "voice" }) },
  { name: "视频", drawing: "video", kind: "video", fields: async () => ({ type: "video" }) },
  { name: "小视频", drawing: "video", kind: "shortvideo", fields: async () => ({ type: "shortvideo" }) },
  { name: "链接", drawing: "link", kind: "link", fields: async () => page(await ask("分享链接", LINK)) },
  { name: "表情", drawing: "smile", kind: "sticker", fields: async () => ({ type: "text", content: UNSUPPORTED }) },
  {
    name: "上报位置",
    drawing: "report",
    kind: "report",
    fields: async () => report(await ask("上报位置", PLACE.slice(0, 2), "上报")),
  },
];

const LINK = [
  { name: "title", label: "标题", value: "月报" },
  { name: "description", label: "摘要", value: "这个月的要点", required: false },
  { name: "url", label: "网址", value: "https://example.org/m/9", type: "url" },
];

const place = (found) =>
  found && {
    type: "location",
    location_x: Number(found.latitude),
    location_y: Number(found.longitude),
    scale: 16,
    label: found.label,
  };
const page = (found) => found && { type: "link", ...found };
const report = (found) =>
  found && {
    type: "event",
    event: "LOCATION",
    latitude: Number(found.latitude),
    longitude: Number(found.longitude),
    precision: 65,
  };

/** Connect the text field and the panel; `send(fields)` sends one message. */
export function setUpComposer(send) {
  const line = byId("message");
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const content = line.value.trim();
    if (!content) return;
    line.value = "";
    showState();
    send({ type: "text", content });
  });
  line.addEventListener("input", showState);
  byId("plus").addEventListener("click", () => showKinds(byId("kinds").hidden));
  byId("kinds").replaceChildren(...KINDS.map((kind) => button(kind, send)));
  showState();
}

/** Disable the input while there is no follower. */
export function allowWriting(allowed) {
  for (const id of ["message", "plus"]) byId(id).disabled = !allowed;
  byId("composer").querySelector(".send").disabled = !allowed;
  if (!allowed) showKinds(false);
}

function button({ name, drawing, kind, fields }, send) {
  const onclick = async () => {
    showKinds(false);
    const found = await fields();
    if (found) send(found);
  };
  return el(
    "button",
    { type: "button", "data-testid": `kind-${kind}`, onclick },
    el("span", { class: "tile" }, icon(drawing)),
    name,
  );
}

function showKinds(shown) {
  byId("kinds").hidden = !shown;
  byId("plus").setAttribute("aria-expanded", String(shown));
}

function showState() {
  byId("composer").classList.toggle("ready", byId("message").value.trim() !== "");
}
