// Drag sections, articles and items of a push to their place. Without this script buttons and fields do the same.
(() => {
  const OPTIONS = { handle: ".drag", animation: 120, forceFallback: true, fallbackTolerance: 3 };

  function addHandle(to) {
    const handle = document.createElement("span");
    handle.className = "drag";
    handle.setAttribute("aria-hidden", "true");
    handle.title = "按住拖到别处";
    handle.textContent = "⠿";
    to.prepend(handle);
  }

  function send(form, values) {
    for (const [name, value] of Object.entries(values)) {
      const field = form.querySelector(`input[type=hidden][name=${name}]`) || document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    form.requestSubmit();
  }

  function sortTree(tree) {
    tree.querySelectorAll(".branch > h3, .leaves > li").forEach(addHandle);
    const placeOf = (each, kind) => [...each.parentElement.children].filter((one) => one.matches(kind)).indexOf(each);
    new Sortable(tree, { ...OPTIONS, draggable: ".branch", onEnd: ({ item, oldDraggableIndex, newDraggableIndex }) => {
      if (oldDraggableIndex === newDraggableIndex) return;
      send(item.querySelector("form[action$=section]"), { use: "place", place: placeOf(item, ".branch") + 1 });
    } });
    tree.querySelectorAll(".leaves").forEach((list) => new Sortable(list, { ...OPTIONS, group: "articles", onEnd: ({ item, from, to, oldIndex, newIndex }) => {
      if (from === to && oldIndex === newIndex) return;
      send(item.querySelector("form"), { here: to.dataset.section, use: "place", place: placeOf(item, "li") + 1 });
    } }));
  }

  function sortItems(list) {
    const items = () => [...list.querySelectorAll(".item")];
    const field = (item) => item.querySelector(".place");
    const last = items()[items().length - 1];
    if (!last) return;
    const behind = last.nextElementSibling;
    const placed = new Map(items().filter((item) => field(item).value).map((item) => [Number(field(item).value), item]));
    const others = items().filter((item) => !field(item).value);
    for (let place = 1, count = items().length; place <= count; place++) list.insertBefore(placed.get(place) || others.shift() || last, behind);
    const number = () => items().forEach((item, at) => { item.querySelector("legend .number").textContent = at + 1; });
    number();
    items().forEach((item) => addHandle(item.querySelector("legend")));
    new Sortable(list, { ...OPTIONS, draggable: ".item", onEnd: () => {
      items().forEach((item, at) => { field(item).value = at + 1; });
      number();
    } });
  }

  const start = (within) => {
    within.querySelectorAll(".tree").forEach(sortTree);
    within.querySelectorAll("details.items").forEach(sortItems);
  };
  start(document);
  document.addEventListener("htmx:afterSwap", () => { const tree = document.querySelector("#reading .tree"); if (tree && !tree.querySelector(".drag")) sortTree(tree); });
})();
