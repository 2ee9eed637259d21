/* Whether an answer helped. */

/** Returns two thumbs, and after a thumb down a field for a word on it. */
function rating(t, id, helpful, send) {
  const told = el("span", { class: "told", role: "status" });
  // Offered below every answer, they need not be read out with each.
  const group = el("div", {
    class: "rating", role: "group", "aria-live": "off", "aria-label": t("rate"),
  });
  const rate = async (value, comment) => {
    try {
      await send(id, value, comment);
      thumbs.forEach((node, index) => {
        node.setAttribute("aria-pressed", String((index === 0) === value));
      });
      told.textContent = t("rated");
    } catch (error) {
      told.textContent = t("rate_failed");
    }
  };
  const thumbs = [true, false].map((value) => {
    const name = value ? "yes" : "no";
    const pressed = async () => {
      group.querySelector("form")?.remove();
      await rate(value, "");
      if (!value) {
        group.append(wordForm(t, (comment) => rate(value, comment)));
      }
    };
    return button(
      { class: "thumb", "aria-pressed": String(helpful === value), title: t("rate_" + name) },
      pressed,
      icon(name),
      spoken(t("rate_" + name))
    );
  });
  group.append(...thumbs, told);
  return group;
}

function wordForm(t, send) {
  const field = el("input", { type: "text", maxlength: "500", autocomplete: "off" });
  const form = el(
    "form",
    { class: "word" },
    el("label", null, t("rate_word"), field),
    el("button", { class: "plain" }, t("rate_send"))
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(field.value);
    const thumb = form.parentNode.querySelector("[aria-pressed=true]");
    form.remove();
    thumb?.focus();
  });
  setTimeout(() => form.scrollIntoView({ block: "nearest" }));
  return form;
}
