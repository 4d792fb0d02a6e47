/* Count what is typed into fields with a limit of the platform; the server checks it again. */
for (const field of document.querySelectorAll("[data-chars], [data-bytes]")) {
  const shown = document.createElement("small");
  shown.className = "count";
  field.after(shown);
  const count = () => {
    const text = field.value || (field.dataset.counts === "placeholder" ? field.placeholder : "");
    const sizes = [
      [Array.from(text).length, Number(field.dataset.chars), "字"],
      [new TextEncoder().encode(text).length, Number(field.dataset.bytes), "字节"],
    ].filter(([, most]) => most);
    shown.textContent = sizes.map(([size, most, unit]) => `${size} / ${most} ${unit}`).join("，");
    shown.classList.toggle("over", sizes.some(([size, most]) => size > most));
  };
  field.addEventListener("input", count);
  count();
}
