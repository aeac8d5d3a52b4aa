"""Faults that Actions and workflows have had: a name, the file, what stands there, and what would stand there."""

from __future__ import annotations

from dataclasses import dataclass

LINT, TEST = "actions/lint/action.yml", "actions/test/action.yml"
CI, ML_CI = ".github/workflows/ci.yml", ".github/workflows/ml-ci.yml"

RUN = 'run: python "$GITHUB_ACTION_PATH/lint.py"'
CHECKOUT = "uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n"


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    file: str
    old: str
    new: str

    def put_into(self, text: str) -> str:
        """Return the text with the fault; the first place counts."""
        assert self.old in text, f"{self.file} changed: the fault {self.name!r} has to be put elsewhere"
        return text.replace(self.old, self.new, 1)


STATIC = (
    Fault("an input that is not defined", LINT, "${{ inputs.paths }}", "${{ inputs.path }}"),
    Fault("an input that is not handed over", LINT, "        WITH_EXCLUDE: ${{ inputs.exclude }}\n", ""),
    Fault("two inputs confused", LINT, "WITH_LINTER: ${{ inputs.linter }}", "WITH_LINTER: ${{ inputs.errors }}"),
    Fault("a context that does not exist", LINT, "${{ inputs.paths }}", "${{ input.paths }}"),
    Fault("a function that does not exist", LINT, "${{ inputs.paths }}", "${{ fromJson5(inputs.paths) }}"),
    Fault("an expression without an end", LINT, "${{ inputs.paths }}", "${{ inputs.paths"),
    Fault("an output of a step that does not exist", LINT, "steps.lint.outputs.errors", "steps.lnit.outputs.errors"),
    Fault("two steps with one id", TEST, "  steps:\n", "  steps:\n    - {id: test, shell: bash, run: 'true'}\n"),
    Fault("a step without a shell", LINT, "      shell: bash\n", ""),
    Fault("a kind of Action that does not exist", LINT, "using: composite", "using: compsite"),
    Fault("a key that does not exist", LINT, "    default: flake8", "    defualt: flake8"),
    Fault("a default that is no text", LINT, "default: 'false'", "default: false"),
    Fault(
        "an input without a description", TEST, "    description: Arguments for pytest", "    deprecationMessage: Arg"
    ),
    Fault("a name that is not in kebab-case", TEST, "  allow-no-tests:", "  allow_no_tests:"),
    Fault("an icon that does not exist", LINT, "icon: check-circle", "icon: chequered-flag"),
    Fault("a colour that does not exist", LINT, "color: blue", "color: navy"),
    Fault("a key twice", LINT, "outputs:\n", "outputs:\n  errors: {description: Twice., value: '1'}\n"),
    Fault("an input inside a script", LINT, RUN, 'run: python "$GITHUB_ACTION_PATH/lint.py" ${{ inputs.paths }}'),
    Fault("an input in the environment of later steps", LINT, RUN, 'run: echo "X=$WITH_PATHS" >> "$GITHUB_ENV"'),
    Fault("an Action that is not pinned", CI, CHECKOUT, "uses: actions/checkout@v7\n"),
    Fault("a pin that nobody can read", CI, CHECKOUT, CHECKOUT.replace(" # v7.0.1", "")),
    Fault("credentials that stay", CI, "persist-credentials: false", "fetch-depth: 1"),
    Fault("a token that may write everything", CI, "permissions: {}", "permissions: write-all"),
    Fault("a token that nobody thought about", CI, "permissions: {}\n", ""),
    Fault("a pull request's code with our secrets", CI, "  pull_request:\n", "  pull_request_target:\n"),
    Fault("an event that does not exist", CI, "  merge_group:\n", "  merge_groups:\n"),
    Fault("a job that does not exist", CI, "needs: [lint, check, example]", "needs: [lint, check, examples]"),
    Fault("a matrix without that key", CI, "${{ matrix.python-version }}", "${{ matrix.python_version }}"),
    Fault("an Action of ours that does not exist", ML_CI, "uses: $/actions/lint", "uses: $/actions/lnit"),
    Fault("an input that our Action does not have", ML_CI, "allow-no-tests: ${{", "allow-empty: ${{"),
    Fault("an input that the workflow does not have", ML_CI, "${{ inputs.requirements }}", "${{ inputs.requirement }}"),
    Fault("an input that the called workflow does not have", CI, "      train-project: .", "      project: ."),
    Fault("an output of a step that no job has", ML_CI, "steps.train.outputs.run-id", "steps.training.outputs.run-id"),
    Fault("a title inside a script", CI, "run: make check", "run: echo ${{ github.event.pull_request.title }}"),
)
"""Each has to be found without running anything."""
