// Count the bytes of a text while it is typed, as the platform counts them.
document.querySelectorAll("textarea[data-bytes]").forEach(function (area) {
  var count = document.querySelector('[data-count="' + area.name + '"]');
  if (!count) return;
  area.addEventListener("input", function () {
    var size = new TextEncoder().encode(area.value.trim()).length;
    count.textContent = size;
    area.setAttribute("aria-invalid", size > Number(area.dataset.bytes) ? "true" : "false");
  });
});
