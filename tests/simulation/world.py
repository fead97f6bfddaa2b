"""A Horde of its own: models, workers and use over time, and the books that know the truth."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

Figures = tuple[int, int, int]
"""Requests in a day, in 30 days, and ever."""

WORDS = ("Harbor", "Foxglove", "Lantern", "Marlowe", "Nightjar", "Bramble", "Tide", "Umbra", "Cinder", "Willow")
SIZES = ("3B", "8B", "13B", "70B")
AUTHORS = ("Northwind", "moss-gate", "Quill")

TEXT_FORMS = (
    "{author}/{short}",
    "koboldcpp/{short}",
    "koboldcpp/{short}-Q4_K_M",
    "KoboldCpp/{lower}.Q5_K_M",
    "koboldcpp/{short}.i1-IQ4_XS",
    "koboldcpp/{short}-UD-Q4_K_XL",
    "koboldcpp/{short}-F16",
    "koboldcpp/{short}-Q4_K_M-00001-of-00002",
    "koboldcpp/{author}_{short}-Q6_K",
    "aphrodite/{author}/{short}",
    "aphrodite/{author}/{short}-GPTQ-Int4",
    "aphrodite//models/{lower}-awq",
    "tabbyAPI/{short}-exl2-4.0bpw",
    "TheBloke/{short}-GPTQ-4bit-128g",
    "{short}-Q4_K_M.gguf",
)
"""Forms of rule 2a in which workers write a model's name."""
STRANGERS = ("a stranger", "koboldcpp/Unlisted-9B-Q4_K_M", "koboldcpp/Twin-7B-Q4_K_M")
TWINS = ("Northwind/Twin-7B", "moss-gate/Twin-7B")
"""Models that share a stranger's name, so that it belongs to neither."""
IMAGE_FORMS = ("{name}", "{lower_name}")


@dataclass
class Model:
    """A model, the names that workers give it, and its popularity.

    Attributes:
        name: The name in the catalogue.
        level: Requests a day that it tends to.
        threads: Worker threads by API name.
    """

    name: str
    level: float
    threads: dict[str, int] = field(default_factory=dict)

    def form(self, form: str) -> str:
        """Return the model's name in a worker's form."""
        author, _, short = self.name.rpartition("/")
        return form.format(
            author=author, short=short, lower=short.lower(), name=self.name, lower_name=self.name.lower()
        )


@dataclass(frozen=True)
class Compile:
    """Statistics as compiled at 01:00 UTC, by API name; ``day`` is the number of the day that they describe."""

    day: int
    figures: Mapping[str, Figures]

    def of(self, names: set[str]) -> Figures:
        """Return the sums over names."""
        found = [self.figures.get(name, (0, 0, 0)) for name in names]
        day, month, total = (sum(figures[at] for figures in found) for at in range(3))
        return day, month, total


class World:
    """The truth: which names belong to which model, and how often each was used."""

    def __init__(self, rng: Random, *, is_text: bool) -> None:
        self._rng = rng
        self.is_text = is_text
        self._forms = TEXT_FORMS if is_text else IMAGE_FORMS
        self.models = {name: Model(name, rng.choice((0.0, 0.0, 0.05, 1.0, 30.0, 400.0))) for name in self._names()}
        self.owner: dict[str, str] = {}
        self.strangers = {name: rng.choice((1.0, 50.0)) for name in STRANGERS}
        self._recent: dict[str, deque[int]] = {}
        self._ever: dict[str, int] = {}
        self._trails: dict[str, int] = {}
        for model in self.models.values():
            self._serve(model)

    def _names(self) -> list[str]:
        if not self.is_text:
            return [f"{word} {kind}" for word in WORDS for kind in ("XL", "Anime")]
        return [f"{self._rng.choice(AUTHORS)}/{word}-{size}" for word in WORDS for size in self._rng.sample(SIZES, 2)]

    def _serve(self, model: Model) -> None:
        """Let a worker come with a file of a model, in a form of its name."""
        name = model.form(self._rng.choice(self._forms))
        self.owner[name] = model.name
        model.threads[name] = self._rng.randint(1, 5)

    def live_a_day(self, day: int) -> Compile:
        """Let a day pass, and return the statistics that are compiled after it."""
        for model in self.models.values():
            self._change(model)
        for name in (*self.owner, *self.strangers):
            used = self._requests(name)
            recent = self._recent.setdefault(name, deque(maxlen=30))
            recent.append(used)
            self._ever[name] = self._ever.get(name, 0) + used
            self._trails.setdefault(name, self._rng.choice((0, 0, 1, 3)))
        return Compile(day, {name: self._figures(name) for name, ever in self._ever.items() if ever})

    def _figures(self, name: str) -> Figures:
        """Return a name's counters; the total trails by some days."""
        recent, late = self._recent[name], self._trails[name]
        return recent[-1], sum(recent), self._ever[name] - sum(list(recent)[len(recent) - late :])

    def _change(self, model: Model) -> None:
        """Let use rise, fall, end and come back; let workers come, go, and rename their files."""
        chance = self._rng.random()
        if chance < 0.04:
            model.level = self._rng.choice((0.0, 0.0, 0.1, 5.0, 60.0, 500.0))
        elif chance < 0.3:
            model.level *= self._rng.choice((0.7, 0.9, 1.1, 1.4))
        if model.threads and self._rng.random() < 0.05:
            del model.threads[self._rng.choice(sorted(model.threads))]
        if self._rng.random() < (0.05 if model.threads or not model.level else 0.5):
            self._serve(model)

    def _requests(self, name: str) -> int:
        model = self.models.get(self.owner.get(name, ""))
        level = self.strangers[name] if model is None else model.level * (name in model.threads)
        return int(level * self._rng.uniform(0.5, 1.5) + self._rng.random() * (level > 0))

    def threads(self) -> dict[str, int]:
        """Return the worker threads by API name."""
        return {name: count for model in self.models.values() for name, count in model.threads.items()}

    def names_of(self, model: str) -> set[str]:
        """Return the API names that belong to a model."""
        return {name for name, owner in self.owner.items() if owner == model}
