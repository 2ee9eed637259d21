/* The help page's chat: shows lines and buttons, and hands what is written to the conversation. */
(function () {
  "use strict";

  const { Conversation, element, markdown, typeset } = window.Guichet;
  const TYPING_AFTER = 400;
  const NEARLY_FULL = 200;

  const root = document.getElementById("chat");
  const log = document.getElementById("log");
  const status = document.getElementById("status");
  const form = document.getElementById("composer");
  const input = document.getElementById("message");
  const hint = document.getElementById("hint");
  const restart = document.getElementById("restart");
  const hintText = hint.textContent;
  const lines = new Map();
  let typing = 0;
  let atEnd = false;
  let lastTop = 0;

  /* Lines */

  /** Adds a line at the end, or after another: the answer to a message stands below it. */
  function addLine(who, speaker, after) {
    const line = element("div", "line " + who);
    const bubble = line.appendChild(element("div", "bubble"));
    bubble.appendChild(element("span", "spoken")).append(speaker + "\u00a0: ");
    log.insertBefore(line, after ? after.nextSibling : null);
    return { line, bubble };
  }

  function showUser(text, id) {
    closeChoices(text);
    const { line, bubble } = addLine("user", "Vous");
    bubble.append(text);
    if (id) {
      lines.set(id, line);
    }
    scrollTo(line);
  }

  function showAssistant(message, after) {
    const { line, bubble } = addLine("assistant", "Assistant", after);
    bubble.append(markdown(message.text));
    if (message.buttons.length) {
      line.appendChild(choices(message.buttons));
    }
    return line;
  }

  function showReplies(messages, asked) {
    const shown = [];
    messages.forEach(function (message) {
      shown.push(showAssistant(message, shown.length ? shown[shown.length - 1] : asked));
    });
    if (shown.length && messages[messages.length - 1].buttons.length) {
      scrollToEnd();
    } else if (shown.length) {
      scrollTo(shown[0]);
    }
  }

  /** Shows the last buttons: what can be chosen must not have to be looked for. */
  function scrollToEnd() {
    atEnd = true;
    log.scrollTop = log.scrollHeight;
  }

  /** Shows a line from its beginning where the rest does not fit. */
  function scrollTo(line) {
    const end = log.scrollHeight - log.clientHeight;
    atEnd = false;
    log.scrollTop = Math.min(end, line.offsetTop - 8);
  }

  function choices(buttons) {
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Réponses proposées");
    buttons.forEach(function (button) {
      const node = group.appendChild(element("button", "choice"));
      node.type = "button";
      node.append(typeset(button.title));
      node.addEventListener("click", function (event) {
        say(button.payload, button.title);
        // A click made by the keyboard has no pointer behind it; its focus must not be lost.
        if (event.detail === 0 || matchMedia("(pointer: fine)").matches) {
          input.focus();
        }
      });
    });
    return group;
  }

  /** Leaves former buttons readable: once something else was said they would answer it. */
  function closeChoices(text) {
    log.querySelectorAll(".choice:enabled").forEach(function (node) {
      node.disabled = true;
      node.classList.toggle("chosen", node.textContent === typeset(text));
    });
  }

  /* What is going on */

  function clearStatus() {
    clearTimeout(typing);
    status.classList.remove("problem");
    while (status.firstChild) {
      status.removeChild(status.firstChild);
    }
  }

  function tell(sentence) {
    clearStatus();
    status.append(sentence);
  }

  function tellProblem(sentence, retry) {
    tell(sentence);
    status.classList.add("problem");
    const button = status.appendChild(element("button", "plain"));
    button.type = "button";
    button.append("Réessayer");
    button.addEventListener("click", retry);
    scrollToEnd();
  }

  function tellTyping() {
    clearStatus();
    typing = setTimeout(function () {
      clearStatus();
      const dots = status.appendChild(element("span", "dots"));
      dots.setAttribute("aria-hidden", "true");
      for (let count = 0; count < 3; count += 1) {
        dots.appendChild(element("span"));
      }
      status.append("L’assistant écrit…");
    }, TYPING_AFTER);
  }

  const conversation = new Conversation(root.dataset.api, "guichet:" + root.dataset.api, {
    waiting: (busy) => (busy ? tellTyping() : clearStatus()),
    retrying: () => tell("La connexion est interrompue, nouvel essai…"),
    renewed: () => tell("La conversation précédente a expiré\u00a0: en voici une nouvelle."),
    stuck: (sentence) =>
      tellProblem(
        typeset(sentence || "Votre message n’est pas parti : la connexion est interrompue."),
        () => conversation.run()
      ),
    answered: (message, replies) => {
      clearStatus();
      showReplies(replies, lines.get(message.id));
      lines.delete(message.id);
      if (conversation.queue.length) {
        closeChoices("");
        tellTyping();
      }
    },
    refused: (message, sentence) => {
      const line = lines.get(message.id);
      if (line) {
        line.classList.add("failed");
        const mark = line.appendChild(element("p", "mark"));
        mark.append(typeset("Non envoyé. " + sentence));
        scrollTo(line);
      }
    },
  });

  /* Writing */

  function say(text, shown) {
    const message = conversation.send(text, shown);
    showUser(shown, message.id);
  }

  function submit() {
    const text = input.value.trim();
    if (!text) {
      input.focus();
      return;
    }
    input.value = "";
    resize();
    say(text, text);
  }

  function resize() {
    input.style.height = "auto";
    input.style.height = input.scrollHeight + 2 + "px";
    const left = input.maxLength - input.value.length;
    const nearlyFull = left <= NEARLY_FULL;
    hint.textContent = nearlyFull ? "Encore " + left + " caractères possibles." : hintText;
    hint.classList.toggle("needed", nearlyFull);
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", resize);
  input.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  restart.addEventListener("click", function () {
    conversation.reset();
    lines.clear();
    open();
    input.focus();
  });

  /* Opening */

  function clearLog() {
    while (log.firstChild) {
      log.removeChild(log.firstChild);
    }
  }

  function open() {
    clearLog();
    const topics = JSON.parse(root.dataset.topics);
    const buttons = topics.map((topic) => ({ title: topic, payload: topic }));
    showAssistant({ text: root.dataset.opening, buttons });
    log.scrollTop = 0;
  }

  /** Shows the conversation that this tab had before it was loaded again. */
  async function resume() {
    let turns = null;
    try {
      turns = await conversation.resume();
    } catch (error) {
      tellProblem("Votre conversation n’a pas pu être relue.", resume);
      return;
    }
    clearStatus();
    if (turns.length) {
      log.setAttribute("aria-busy", "true");
      open();
      turns.forEach(function (turn) {
        showUser(turn.text);
        turn.messages.forEach((message) => showAssistant(message));
      });
      conversation.queue.forEach((message) => showUser(message.shown, message.id));
      log.removeAttribute("aria-busy");
      scrollToEnd();
    }
    conversation.run();
  }

  // A phone's keyboard and a growing message take their room from the log.
  log.addEventListener("scroll", function () {
    const left = log.scrollHeight - log.clientHeight - log.scrollTop;
    // On its way down it counts as there; only going up again leaves the end.
    atEnd = left < 4 || (atEnd && log.scrollTop >= lastTop);
    lastTop = log.scrollTop;
  });
  new ResizeObserver(() => atEnd && scrollToEnd()).observe(log);
  window.addEventListener("online", () => conversation.run());
  form.hidden = false;
  restart.hidden = false;
  open();
  conversation.queue.forEach((message) => showUser(message.shown, message.id));
  resume();
})();
