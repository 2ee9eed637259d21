/* The address field: green, red, or no reaction at all, as the portals' help texts describe it.
 * A field that came filled in is not checked until it is changed, and its button stays off: that is
 * how forms behave which miss what a browser fills in. */
(function () {
  "use strict";

  const PAUSE = 350;

  const form = document.getElementById("login-form");
  const email = document.getElementById("email");
  const field = document.getElementById("email-field");
  const reaction = document.getElementById("email-reaction");
  const loginField = document.getElementById("login-field");
  const submit = document.getElementById("submit");
  let timer = 0;
  let asked = 0;

  function show(state, message) {
    field.classList.toggle("good", state === "known");
    field.classList.toggle("bad", state === "unknown" || state === "misspelt");
    reaction.textContent = message;
    if (field.classList.contains("bad")) {
      email.setAttribute("aria-invalid", "true");
    } else {
      email.removeAttribute("aria-invalid");
    }
    submit.disabled = state !== "known";
  }

  async function check() {
    asked += 1;
    const number = asked;
    const address = email.value;
    try {
      const response = await fetch(form.dataset.check + "?email=" + encodeURIComponent(address));
      const answer = await response.json();
      if (number === asked) {
        show(answer.state, answer.message);
        loginField.hidden = !answer.shared;
      }
    } catch (error) {
      if (number === asked) {
        show("", "L’adresse n’a pas pu être vérifiée.");
        // The server checks again when the form is sent.
        submit.disabled = false;
      }
    }
  }

  email.addEventListener("input", function () {
    asked += 1;
    clearTimeout(timer);
    show("", "");
    timer = setTimeout(check, PAUSE);
  });

  submit.disabled = true;
  if (email.value && !form.hasAttribute("data-prefilled") && !field.classList.contains("bad")) {
    check();
  }
})();
