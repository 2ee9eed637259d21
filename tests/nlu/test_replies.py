"""The model of replies: a small one learns, a new question works from its labels, the figures."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from bot.content.replies import (
    MOVES,
    Option,
    Question,
    Reply,
    answering,
    portal_questions,
    told,
)  # fmt: skip
from bot.evaluate.data import EvaluationFailed
from bot.evaluate.metrics import Share
from bot.evaluate.replies import (
    HeldOut,
    by_fact,
    by_question,
    facts,
    figures,
    hands_to_test,
    load,
    moves_right,
    moves_sure,
)
from bot.ground.settings import ROOT
from bot.rasa.training import _sources
from bot.reading import code_hash, replies_hash, source_files
from bot.reading.replies.facts import Fact
from bot.reading.replies.forest import Forest, grow
from bot.reading.replies.judging import Judge, threshold
from bot.reading.replies.model import DEFAULTS, ReplyModel
from bot.reading.replies.moves import Move
from bot.reading.replies.pairs import question_likeness, weights
from bot.reading.replies.replied import Replied
from bot.reading.replies.signals import PLAIN, Scored, move_signals, option_signals, written
from bot.reading.replies.tiles import fit
from bot.reading.sentences import DIMENSIONS, encode

JUNK = Question(
    "p/mail/junk",
    (
        Option("Oui, rien", "Oui, rien", ("yes", "not_solved"), tells=("junk_checked", "yes")),
        Option("Pas encore", "Pas encore", ("no",), tells=("junk_checked", "no")),
    ),
)
SOLVED = Question(
    "flow/solved/ask",
    (Option("solved", "oui, réglé", ("yes", "solved"), acts=True), Option("not", "toujours pas")),
)
QUESTIONS = {question.id: question for question in (JUNK, SOLVED)}
SAID: dict[tuple[str, str | None, str], str] = {
    (JUNK.id, "Oui, rien", ""): "rien dedans|c'est vide|oui j'ai cherché, rien|y a rien dans les "
    "spams|vide de chez vide|aucun mail dans les spams|j'ai regardé et rien du tout|dossier vide",
    (JUNK.id, "Pas encore", ""): "pas encore|je n'ai pas regardé|j'y vais de ce pas, pas encore vu|"
    "pas regardé encore|non je n'ai pas cherché|toujours pas regardé|pas eu le temps de regarder",
    (SOLVED.id, "solved", ""): "oui réglé|nickel ça marche|c'est bon ça marche|réglé merci|"
    "super ça marche enfin|oui ça marche|tout est réglé|impeccable, réglé",
    (SOLVED.id, "not", ""): "ça ne marche toujours pas|non ça bloque encore|ça bloque toujours|"
    "toujours bloqué|marche pas|non, encore bloqué|ça bloque",
    (JUNK.id, None, "how"): "comment on fait|c'est où les spams|je clique où|comment je cherche|"
    "on clique où pour ça|c'est où exactement|comment faire",
    (SOLVED.id, None, "how"): "comment je vérifie|je clique où pour savoir|"
    "comment on fait pour voir",
    (SOLVED.id, None, "person"): "je veux parler à quelqu'un|un humain svp|passez moi quelqu'un|"
    "je voudrais parler à un conseiller|appelez moi|un conseiller",
}  # fmt: skip


def _replies() -> list[Reply]:
    return [
        Reply(question, text, option, (move,) if move else (), (), "ab"[number % 2])
        for (question, option, move), texts in SAID.items()
        for number, text in enumerate(texts.split("|"))
    ]


@pytest.fixture(scope="module")
def model() -> ReplyModel:
    settings = copy.deepcopy(DEFAULTS)
    settings.update(
        views={"words": 1.0, "chars": 1.0}, vector_weight=0.0, sentence_weight=0.0, fewest=1
    )
    gone = Reply("p/gone/step", "rien", "Oui", (), (), "a")
    return ReplyModel(settings).fit([*_replies(), gone], QUESTIONS)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (JUNK, "j'ai cherché dans les spams : rien", "Oui, rien"),
        (JUNK, "pas encore regardé", "Pas encore"),
        (JUNK, "et je clique où", "how"),
        (SOLVED, "super, réglé", "solved"),
        (SOLVED, "non ça bloque", "not"),
        (SOLVED, "je veux parler à un humain", "person"),
    ],
)
def test_a_small_model_tells_options_and_moves(
    model: ReplyModel, question: Question, text: str, expected: str
) -> None:
    read = model.predict(text, question)
    assert read.first.name == expected
    assert read.first.option == (expected in question.names)
    assert {m.name for m in read.moves} == {*question.names, *MOVES}
    assert all(0 <= move.confidence <= 1 for move in read.moves)


def test_what_one_question_shows_of_a_move_holds_of_another(model: ReplyModel) -> None:
    read = model.predict("passez moi un conseiller svp", JUNK)
    assert next(move.name for move in read.moves if not move.option) == "person"


def test_one_option_at_most_is_sure(model: ReplyModel) -> None:
    texts = [text for texts in SAID.values() for text in texts.split("|")]
    for read in model.predict_all([(text, SOLVED) for text in texts]):
        assert sum(move.option for move in read.sure) <= 1


def test_a_question_without_training_works_from_meanings_and_labels(model: ReplyModel) -> None:
    new = Question(
        "p/other/printer",
        (
            Option("Elle imprime", "Elle imprime, ça marche", ("solved",)),
            Option("Papier coincé", "Papier coincé dedans", ()),
        ),
    )

    def option(text: str) -> str:
        return next(move.name for move in model.predict(text, new).moves if move.option)

    assert option("du papier est coincé") == "Papier coincé"
    assert option("elle imprime enfin") == "Elle imprime"
    assert option("nickel, réglé") == "Elle imprime"
    assert model.predict("je veux parler à quelqu'un", new).first.name == "person"


def test_any_text_can_be_read(model: ReplyModel) -> None:
    bare = Question("p/other/none", ())
    for text in ("", "?", "é" * 3000, "12", "👍"):
        assert model.predict(text, JUNK).moves
        assert {move.name for move in model.predict(text, bare).moves} == set(MOVES)


def test_sentences_that_mean_the_same_are_near_without_a_word_in_common() -> None:
    asked, same, other = encode(
        ["je ne reçois rien", "aucun message arrivé", "il fait beau à Brest"]
    )
    assert asked.shape == (DIMENSIONS,)
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-3)
    assert asked @ same > asked @ other + 0.1
    assert encode([]).shape == (0, DIMENSIONS)
    assert np.isfinite(encode(["", "é" * 5000])).all()


def test_a_kept_model_says_the_same() -> None:
    model = ReplyModel().fit(_replies(), QUESTIONS)
    kept = pickle.loads(pickle.dumps(model))
    for text in ("y a rien dans les spams", "passez moi quelqu'un", "👍"):
        said, again = model.predict(text, JUNK).moves, kept.predict(text, JUNK).moves
        assert [move.name for move in again] == [move.name for move in said]
        assert [move.confidence for move in again] == pytest.approx(
            [move.confidence for move in said], abs=0.01
        )


def test_facts_are_told_by_options_and_in_passing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.reading.replies.facts._FEWEST", 5)
    urgent = (
        "c'est urgent|vite c'est urgent|urgent svp|très urgent merci|urgent urgent|ça urge, urgent"
    )
    passing = [
        Reply(SOLVED.id, text, None, ("complain",), (("urgent", "yes"),), "ab"[number % 2])
        for number, text in enumerate(urgent.split("|"))
    ]
    assert told(passing[0], SOLVED) == {("urgent", "yes")}
    chosen = Reply(JUNK.id, "rien", "Oui, rien", (), (("urgent", "yes"),))
    assert told(chosen, JUNK) == {("urgent", "yes"), ("junk_checked", "yes")}
    model = ReplyModel().fit([*_replies(), *passing], QUESTIONS)

    def first(text: str, question: Question) -> tuple[str, str]:
        facts = model.predict(text, question).facts
        assert len({fact.name for fact in facts}) == len(facts)
        assert all(0 <= fact.confidence <= 1 for fact in facts)
        return facts[0].name, facts[0].value

    assert first("vite, urgent", SOLVED) == ("urgent", "yes")
    assert first("j'ai regardé les spams, rien du tout", JUNK) == ("junk_checked", "yes")
    assert first("pas encore regardé", JUNK) == ("junk_checked", "no")


def test_an_answer_tells_the_fact_that_its_step_asks() -> None:
    _, questions = load(ROOT / "faq")
    tells = {o.name: o.tells for o in questions["resah/mail_not_received/junk"].options}
    assert tells == {
        "Oui, il n’y est pas": ("junk_checked", "yes"),
        "Pas encore": ("junk_checked", "no"),
        "Oui, je l’y ai trouvé": ("junk_checked", "mail_in_spam"),
    }
    assert not any(option.tells for option in questions["flow/solved/ask"].options)


def test_held_out_scores_are_those_of_refits() -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(41, 4)).astype(np.float32)
    gram = np.exp(points @ points.T / 4 - 1).astype(np.float32)
    targets = random.integers(0, 2, (41, 5)).astype(np.float32)
    folds = [np.sort(fold) for fold in np.array_split(random.permutation(41), 3)]
    learned, held_out = fit(lambda a, b: gram[np.ix_(a, b)], targets, 0.5, folds)
    assert np.allclose(learned, np.linalg.solve(gram + 0.5 * np.eye(41), targets), atol=1e-3)
    for fold in folds:
        rest = np.setdiff1d(np.arange(41), fold)
        inner = gram[np.ix_(rest, rest)] + 0.5 * np.eye(len(rest))
        refit = gram[np.ix_(fold, rest)] @ np.linalg.solve(inner, targets[rest])
        assert np.allclose(held_out[fold], refit, atol=1e-3)


def test_a_hand_is_read_by_what_the_others_show() -> None:
    settings = copy.deepcopy(DEFAULTS)
    settings.update(
        views={"words": 1.0, "chars": 1.0}, vector_weight=0.0, sentence_weight=0.0, fewest=1
    )
    hers = [Reply(JUNK.id, "kouign amann", "Pas encore", (), (), "b")] * 2
    model = ReplyModel(settings)
    read = model.fit_and_try([*_replies(), *hers], QUESTIONS)
    assert [reply for reply, _ in read] == [*_replies(), *hers]

    def wanted(moves: tuple[Move, ...]) -> float:
        return next(move.confidence for move in moves if move.name == "Pas encore")

    # Who knows the words only from her does not know them when she is left out.
    assert wanted(read[-1][1].moves) < wanted(model.predict("kouign amann", JUNK).moves) - 0.2
    right = [each.first.name in (reply.option, *reply.moves) for reply, each in read]
    assert sum(right[:-2]) > 0.6 * len(right)


def test_pairs_are_alike_as_their_questions_are() -> None:
    kin = Question("p/other/junk", JUNK.options)
    assert question_likeness(JUNK, JUNK, 0.8) == pytest.approx(1)
    assert question_likeness(JUNK, kin, 0.8) == pytest.approx(0.8)
    assert question_likeness(JUNK, SOLVED, 0.8) == 0
    assert np.allclose(weights(np.eye(2, dtype=np.float32), 0.5), [[1, 1 / 3], [1 / 3, 1]])


def test_signals_tell_the_lead_over_rivals_of_either_kind() -> None:
    moves = np.zeros((1, len(MOVES)))
    moves[0, MOVES.index("how")] = 0.4
    scored = Scored(
        np.array([[0.7, 0.2]]),
        moves,
        np.zeros((1, 5)),
        np.zeros((1, 2)),
        written([""], np.zeros(1, np.float32)),
    )
    first, second = option_signals(JUNK, scored)[0, :, :PLAIN]
    assert first == pytest.approx([0.7, 0.5, 0.3, 0])
    assert second == pytest.approx([0.2, -0.5, -0.2, 0])
    how = move_signals(scored)[0, MOVES.index("how"), :PLAIN]
    assert how == pytest.approx([0.4, 0.4, -0.3, 0])


def test_trees_as_tables_say_what_scikit_learn_says() -> None:
    random = np.random.default_rng(0)
    seen = random.normal(size=(2000, 6))
    grown = grow(seen, seen[:, 0] + seen[:, 1] * (seen[:, 2] > 0) > 0.5)
    told = Forest.of(grown)(seen.reshape(500, 4, 6))
    assert told.ravel() == pytest.approx(grown.predict_proba(seen)[:, 1], abs=1e-5)
    assert (told.ravel() > 0.5).mean() == pytest.approx(0.31, abs=0.05)


def test_a_threshold_keeps_what_is_wanted_right() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, False, True])
    assert threshold(confidence, right, 1.0) == 0.8
    assert threshold(confidence, right, 0.75) == 0.6
    assert threshold(confidence, ~right, 0.9) > 1


def test_a_judge_of_nothing_takes_scores_as_they_are() -> None:
    judge = Judge.fit(np.zeros((3, 4)), np.array([True, True, True]))
    assert list(judge(np.array([[0.4, 0, 0, 0], [7, 0, 0, 0]]))) == [0.4, 1]


def _tested(option: str | None, move: str, *found: tuple[str, float, bool]) -> HeldOut:
    moves = tuple(Move(n, n not in MOVES, confidence, sure) for n, confidence, sure in found)
    return HeldOut(Reply("q", "…", option, (move,) if move else ()), Replied(moves))


ROWS = [
    _tested("A", "", ("A", 0.9, True), ("B", 0.1, False)),
    _tested("A", "", ("A", 0.6, False), ("B", 0.3, False)),
    _tested("A", "ask", ("B", 0.8, True), ("ask", 0.7, True)),
    _tested("B", "", ("how", 0.5, False), ("B", 0.4, False)),
    _tested(None, "how", ("how", 0.9, True), ("A", 0.2, False)),
    _tested(None, "how", ("A", 0.7, False), ("why", 0.6, True)),
]


def test_figures_before_and_after_a_threshold() -> None:
    plain = figures(ROWS, 0.0)
    assert (plain.right, plain.wrong, plain.taken) == (Share(2, 4), Share(1, 4), Share(1, 2))
    from_seven = figures(ROWS, 0.75)
    assert (from_seven.right, from_seven.wrong) == (Share(1, 4), Share(1, 4))
    assert from_seven.taken == Share(0, 2)
    sure = figures(ROWS)
    assert (sure.right, sure.wrong, sure.taken) == (Share(1, 4), Share(1, 4), Share(0, 2))


def test_figures_of_moves() -> None:
    assert moves_right(ROWS) == {"how": Share(1, 2)}
    assert moves_sure(ROWS) == Share(2, 3)
    assert [(name, each.right) for name, each in by_question(ROWS)] == [("q", Share(2, 4))]


def test_figures_of_facts() -> None:
    found = (Fact("urgent", "yes", 0.9, True), Fact("firefox", "no", 0.9, True),
             Fact("has_account", "no", 0.4, False))  # fmt: skip
    says = frozenset({("urgent", "yes"), ("firefox", "yes"), ("has_account", "no")})
    row = HeldOut(ROWS[0].reply, Replied(ROWS[0].read.moves, found), says)
    told = facts([row, ROWS[1]])
    assert (told.found, told.right) == (Share(1, 3), Share(1, 2))
    assert told.f1 == pytest.approx(0.4)
    assert facts(ROWS).f1 == 0
    by_name = {name: each.f1 for name, each in by_fact([row]).items()}
    assert by_name == {"urgent": 1, "firefox": 0, "has_account": 0}


def test_what_ships_can_be_learned_from() -> None:
    replies, questions = load(ROOT / "faq")
    assert len(answering(replies, questions)) == len(replies) > 22_000
    assert hands_to_test(replies) == list("abcdeghijklmnqr")
    assert not list(portal_questions({}))


def test_no_replies_are_told(tmp_path: Path) -> None:
    # The examples of articles alone are no replies to be measured by.
    with pytest.raises(EvaluationFailed, match="Aucune réponse"):
        load(ROOT / "faq", tmp_path)


def test_replies_train_no_intent_anew() -> None:
    files = sorted((ROOT / "data" / "replies").rglob("*.yml"))
    assert files and set(files) < set(_sources())
    # A change of replies trains their own component anew, and none of the others.
    assert not set(files) & set(source_files())
    assert code_hash() != replies_hash()
    # Rasa's own commands read the whole folder.
    for path in files:
        assert not RasaYAMLReader.is_yaml_nlu_file(str(path))
        assert not YAMLStoryReader.is_stories_file(str(path))
