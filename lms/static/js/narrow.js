// Narrow a list of choices to those that contain what is typed above it.
for (const field of document.querySelectorAll("[data-narrows]")) {
  const list = document.getElementById(field.dataset.narrows);
  field.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const one of list.children) {
      one.hidden = !one.textContent.toLowerCase().includes(wanted);
    }
  });
}
