/* Drafts as they will look, and mass messages with their results. */

import { el, empty, icon, reconcile, toast } from "./dom.js";
import { get, post } from "./server.js";
import { exact, millis } from "./time.js";
import { webAddress } from "./markup.js";

/** Draft box: each article with its cover and a link to its page. */
export const drafts = {
  id: "drafts",
  name: "草稿",
  what: ["draft"],
  also: ["job"],
  build(panel) {
    panel.append(el("div", { class: "shelf" }));
  },
  async refresh(panel) {
    const found = await get("drafts");
    const shelf = panel.querySelector(".shelf");
    if (found.length === 0)
      return shelf.replaceChildren(
        empty("草稿箱是空的", "调用 /cgi-bin/draft/add 后，草稿会按发出后的样子显示在这里；群发成功后，草稿就从草稿箱里消失了。"),
      );
    return reconcile(shelf, found.reverse(), (draft) => `${draft.media_id}-${draft.update_time}`, draftCard);
  },
};

const STATES = {
  SENDING: ["发送中", "busy"],
  SEND_SUCCESS: ["已发出", "good"],
  SEND_FAIL: ["失败", "bad"],
  DELETE: ["已删除", "bad"],
};

/** Mass messages: state, number of recipients, links to the articles. */
export const jobs = {
  id: "jobs",
  name: "群发",
  what: ["job"],
  build(panel) {
    panel.append(el("div", { class: "rows" }));
  },
  async refresh(panel) {
    const found = await get("jobs");
    const rows = panel.querySelector(".rows");
    if (found.length === 0)
      return rows.replaceChildren(
        empty("还没有群发", "调用 /cgi-bin/message/mass/sendall 后，这里会显示任务的状态和送达人数。"),
      );
    return reconcile(rows, [...found].reverse(), (job) => JSON.stringify(job), jobCard);
  },
};

function draftCard({ media_id: mediaId, articles, update_time: time }) {
  return el(
    "article",
    { class: "draft", "data-testid": "draft" },
    el("ol", {}, articles.map(draftArticle)),
    el("footer", {}, el("code", { title: mediaId }, mediaId), time && el("time", {}, exact(millis(time)))),
  );
}

function draftArticle({ title, digest, open, picture }, place) {
  const cover = picture && webAddress(picture);
  const address = open && webAddress(open);
  const inner = [
    cover
      ? el("img", { src: cover, alt: "", loading: "lazy" })
      : el("span", { class: "blank", "aria-hidden": "true" }, icon("image")),
    el("span", { class: "words" }, el("strong", {}, title), place === 0 && digest && el("small", {}, digest)),
  ];
  return el(
    "li",
    {},
    address
      ? el("a", { href: address, target: "_blank", rel: "noopener", "data-testid": "draft-link" }, inner)
      : el("div", {}, inner),
  );
}

function jobCard(job) {
  const [words, look] = job.stage === "confirming" ? ["等管理员确认", "busy"] : STATES[job.status];
  return el(
    "article",
    { class: "job", "data-testid": "job" },
    el("header", {}, el("strong", {}, job.title || job.msgtype), el("span", { class: `mark ${look}` }, words)),
    el(
      "dl",
      {},
      facts(job).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    ),
    job.stage === "confirming" &&
      el(
        "div",
        { class: "steps" },
        el("button", { type: "button", class: "primary", onclick: () => decide(job, true) }, "管理员同意"),
        el("button", { type: "button", class: "quiet", onclick: () => decide(job, false) }, "拒绝"),
      ),
    job.pages.length > 0 &&
      el(
        "p",
        { class: "links" },
        job.pages.map((page, place) =>
          el("a", { href: `/s/${encodeURIComponent(page)}`, target: "_blank", rel: "noopener" }, `第 ${place + 1} 篇`),
        ),
      ),
  );
}

async function decide({ msg_id: msgId }, accept) {
  try {
    await post("admin", { msg_id: msgId, accept });
  } catch (refusal) {
    toast(refusal.message);
  }
}

function facts(job) {
  const done = job.stage === "done";
  return [
    ["任务", job.msg_id],
    ["时间", exact(millis(job.at))],
    ["发给", job.to_all ? "全部粉丝" : job.tag_id === null ? "名单" : `标签 ${job.tag_id}`],
    ["结果", job.outcome],
    ["粉丝", done && job.total],
    ["过滤后", done && job.filtered],
    ["送达", done && job.sent],
    ["失败", done && job.errors],
    ["clientmsgid", job.clientmsgid.startsWith("digest ") ? "" : job.clientmsgid],
  ]
    .filter(([, value]) => value !== false && value !== "")
    .map(([name, value]) => [
      name,
      typeof value === "number" && name !== "任务" ? value.toLocaleString("zh-CN") : String(value),
    ]);
}
