"""Finds the policy that holds for a clone: the default branch's, as on the server, never the head's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UsageProblem
from bot.git.clone import Clone
from policies.config import Config, ConfigErrors, Position, Problem, default, read
from policies.config.document import LARGEST
from policies.facts import Sha
from policies.phrase import Phrase
from policies.words import policy as words

PATH = ".github/headgate.yml"
MISSPELT = ".github/headgate.yaml"
PRESET = "preset gitflow"
TOP = Position(1, 1)


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy, where it was read, and what a reader should know about that."""

    config: Config
    label: str
    note: str | None = None


class PolicyProblem(UsageProblem):
    """The policy file is wrong; ``errors`` says where. ``ours`` is False for the file of another repository."""

    def __init__(self, label: str, errors: ConfigErrors, *, ours: bool = True) -> None:
        super().__init__(label)
        self.label = label
        self.errors = errors
        self.ours = ours

    @property
    def lines(self) -> Sequence[str]:
        """One line a problem, with its place first, as compilers and editors have it."""
        places = ((problem.position, problem.message.plain()) for problem in self.errors.problems)
        return [f"{self.label}:{place.line}:{place.column}: {said}" for place, said in places]


def problem(label: str, message: Phrase, position: Position = TOP) -> PolicyProblem:
    """Return what is wrong with a policy that was not even read as one."""
    return PolicyProblem(label, ConfigErrors((Problem(position, message),)))


def find_policy(clone: Clone, given: Path | None = None, extended: Path | None = None) -> Policy:
    """Return the policy: ``given``, else the default branch's, else the work tree's, else the preset ``gitflow``."""
    if given is not None:
        return Policy(read_policy(given, extended), str(given))
    branch = default_branch(clone)
    tip = clone.base_tip(branch) if branch else None
    label = f"{PATH} on {branch}"
    committed = committed_policy(clone, tip, label) if tip else None
    in_tree = _in_work_tree(clone)
    if committed is not None:
        changed = in_tree is not None and in_tree != committed
        note = f"The work tree has another {PATH}; to try it, add --config {PATH}." if changed else None
        return Policy(parse(committed, label, extended), label, note)
    if in_tree is not None:
        note = f"{PATH} is not on {branch} yet; until then the preset gitflow holds there." if branch else None
        return Policy(parse(in_tree, PATH, extended), PATH, note)
    return Policy(default(), PRESET)


def policy_at(clone: Clone, tip: Sha, branch: str, extended: Path | None = None) -> Policy:
    """Return the policy at a commit of ``branch``, as the server would; raises PolicyProblem and UsageProblem."""
    label = f"{PATH} on {branch}"
    committed = committed_policy(clone, tip, label)
    return Policy(default(), PRESET) if committed is None else Policy(parse(committed, label, extended), label)


def read_policy(path: Path, extended: Path | None = None) -> Config:
    """Read a policy file from disk; raises PolicyProblem and UsageProblem."""
    return parse(_bytes(path), str(path), extended)


def parse(data: bytes, label: str, extended: Path | None = None) -> Config:
    """Read a policy file, over the organisation's where it extends one; raises PolicyProblem."""
    first = read(data)
    if isinstance(first, ConfigErrors):
        raise PolicyProblem(label, first)
    if first.extends is None:
        return first
    if extended is None:
        raise UsageProblem(
            f"{label} extends {first.extends}, which is not in this clone: "
            f"name its policy file with --extends (a clone of {first.extends} has it at {PATH})."
        )
    organisation = read(_bytes(extended))
    if isinstance(organisation, ConfigErrors):
        raise PolicyProblem(str(extended), organisation)
    if organisation.extends is not None:
        raise UsageProblem(
            f"{extended} extends {organisation.extends}; a policy that is extended must stand on its own."
        )
    both = read(data, organisation)
    if isinstance(both, ConfigErrors):
        raise PolicyProblem(label, both)
    return both


def default_branch(clone: Clone) -> str | None:
    """Return the default branch as the remote had it at the last clone, or the one a bare repository points to."""
    if clone.remote:
        code, out = clone.git.answer("symbolic-ref", "--quiet", f"refs/remotes/{clone.remote}/HEAD", codes=(0, 1, 128))
        if code == 0:
            return out.rstrip("\n").removeprefix(f"refs/remotes/{clone.remote}/")
    if clone.is_bare:
        return clone.current()
    return next((name for name in ("main", "master") if name in clone.branches.tips), None)


def committed_policy(clone: Clone, tip: Sha, label: str) -> bytes | None:
    """Return the policy file of a commit, or None if it has none; raises PolicyProblem where it is no file."""
    kinds = {}
    for entry in clone.git.run("ls-tree", "-z", "--full-tree", tip, "--", PATH, MISSPELT).split("\0")[:-1]:
        about, path = entry.split("\t", 1)
        kinds[path] = about.split(" ")[1]
    if PATH not in kinds:
        if MISSPELT in kinds:
            raise problem(label, words.misspelt(MISSPELT, PATH))
        return None
    if kinds[PATH] != "blob":
        raise problem(label, words.not_a_file(PATH))
    return clone.git.run("cat-file", "blob", f"{tip}:{PATH}").encode("utf-8", "surrogateescape")


def _in_work_tree(clone: Clone) -> bytes | None:
    file = clone.top / PATH if clone.top else None
    return _bytes(file) if file and file.is_file() else None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)  # a device has no end
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > LARGEST:
        raise UsageProblem(f"{path} has more than {LARGEST // 1024} KiB; a policy file has a few.")
    return data
