// The review page by keyboard. Without it every button still works.
"use strict";

const form = document.getElementById("decide");
const find = document.getElementById("find");
const items = [...document.querySelectorAll("#choices > li")];

function typingIn(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select") !== null;
}

function shown() {
  return items.filter((item) => !item.hidden);
}

function toggle(item, primary) {
  const box = item.querySelector("input[type=checkbox]");
  const radio = item.querySelector("input[type=radio]");
  if (primary) {
    box.checked = true;
    radio.checked = true;
  } else {
    box.checked = !box.checked;
  }
  settle(item);
}

// The primary category is one of the chosen; the first one chosen becomes it until another is named.
function settle() {
  const chosen = items.filter((item) => item.querySelector("input[type=checkbox]").checked);
  const main = items.find((item) => item.querySelector("input[type=radio]").checked);
  if (main && !chosen.includes(main)) main.querySelector("input[type=radio]").checked = false;
  if (chosen.length && !(main && chosen.includes(main))) chosen[0].querySelector("input[type=radio]").checked = true;
  items.forEach((item) => item.classList.toggle("on", chosen.includes(item)));
}

function filter() {
  const wanted = find.value.trim().toLowerCase();
  items.forEach((item) => {
    item.hidden = wanted !== "" && !item.dataset.find.includes(wanted);
  });
  items.forEach((item) => item.classList.remove("first"));
  const first = shown()[0];
  if (wanted && first) first.classList.add("first");
}

function leave() {
  find.value = "";
  filter();
  find.blur();
}

find.hidden = false;
find.addEventListener("input", filter);
find.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter") {
    event.preventDefault();
    const first = shown()[0];
    if (first && find.value.trim()) {
      toggle(first, event.shiftKey);
      find.value = "";
      filter();
    }
  } else if (event.key === "Escape") {
    leave();
  }
});

items.forEach((item) => {
  item.querySelector("input[type=checkbox]").addEventListener("change", settle);
  item.querySelector("input[type=radio]").addEventListener("change", (event) => {
    if (event.target.checked) item.querySelector("input[type=checkbox]").checked = true;
    settle();
  });
});

const reason = document.getElementById("reason");
reason.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    event.preventDefault();
    document.getElementById("flag").click();
  } else if (event.key === "Escape") {
    reason.blur();
  }
});

const comment = document.getElementById("comment");
comment.addEventListener("keydown", (event) => {
  if (event.key === "Escape") comment.blur();
});

const focusing = { f: find, g: reason, c: comment };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typingIn(event.target)) return;
  if (event.target.closest("button, a, summary") && event.key === "Enter") return;
  if (event.key in focusing) {
    event.preventDefault();
    focusing[event.key].focus();
    return;
  }
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not([disabled]):not([hidden])`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

// Two quick presses must not send the same decision twice; the server would notice, this saves the detour.
form.addEventListener("submit", () => {
  window.setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
});
