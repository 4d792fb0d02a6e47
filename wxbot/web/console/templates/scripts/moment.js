/* Put a calendar beside each field for a time; the field itself takes what people write. */
for (const field of document.querySelectorAll("input[data-pick]")) {
  const picker = document.createElement("input");
  picker.type = "datetime-local";
  picker.setAttribute("aria-label", field.dataset.pick);
  picker.addEventListener("change", () => {
    if (!picker.value) return;
    field.value = picker.value.replace("T", " ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  field.after(picker);
}
