// A little comfort; every page works without it.
"use strict";

function copyButton(target) {
  const button = document.createElement("button");
  const zh = document.documentElement.lang.startsWith("zh");
  button.type = "button";
  button.className = "plain copybtn";
  button.textContent = zh ? "复制" : "copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(target.textContent);
    button.textContent = zh ? "已复制" : "copied";
  });
  target.after(button);
}

function typing(event) {
  return event.target.closest("input, textarea, select, [contenteditable]") !== null;
}

// What takes longer than the page comes after it; until then, and where it fails, a link stands in its place.
async function loadPart(box) {
  const answer = await fetch(box.dataset.part, { headers: { Accept: "text/html" } });
  if (answer.ok) box.innerHTML = await answer.text();
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-part]").forEach((box) => loadPart(box).catch(() => {}));
  if (navigator.clipboard) document.querySelectorAll(".copy").forEach(copyButton);
  // On a phone the filters would push the results off the screen.
  if (window.matchMedia("(max-width: 52rem)").matches) {
    document.querySelectorAll("details.facets").forEach((box) => box.removeAttribute("open"));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.querySelector("input[type=search]");
  if (box) {
    event.preventDefault();
    box.focus();
  }
});
