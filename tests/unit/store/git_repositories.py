"""Repositories for tests of the git store, and git as a person would run it; it refuses to know the store."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PERSON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_{what}": "ada@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(directory: Path, *arguments: str, stdin: bytes = b"") -> str:
    """What git prints, without the line break at its end; a failure is an error."""
    ended = subprocess.run(
        ["git", *arguments], cwd=directory, env=PERSON, input=stdin, capture_output=True, check=False
    )
    assert 0 == ended.returncode, ended.stderr.decode()
    return ended.stdout.decode().removesuffix("\n")


def new_remote(path: Path) -> Path:
    """An empty bare repository."""
    git(path.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    return path


def new_clone(remote: Path, path: Path, *options: str) -> Path:
    """A clone whose origin is the remote, through the transport that a server would use."""
    git(path.parent, "clone", "--quiet", *options, f"file://{remote}", str(path))
    return path


def seed_history(remote: Path, scratch: Path, commits: int = 3) -> None:
    """Let the remote have a branch main with some commits."""
    work = new_clone(remote, scratch)
    for number in range(commits):
        (work / "README.md").write_text(f"{number}\n", "utf-8")
        git(work, "add", "README.md")
        git(work, "commit", "--quiet", "-m", str(number))
    git(work, "push", "--quiet", "origin", "HEAD:main")


def refs(repository: Path) -> dict[str, str]:
    """Every ref and its commit."""
    lines = git(repository, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split(" ") for line in lines)


def content(directory: Path) -> dict[str, bytes]:
    """Every file below a directory, `.git` included."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def put_in_front_of_git(folder: Path, script: str) -> Path:
    """A folder for the beginning of PATH with a `git` that is this shell script; `$GIT` in it is the real one."""
    folder.mkdir()
    real = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    program = folder / "git"
    program.write_text(f"#!/bin/sh\nGIT={real}\n{script}\n", "utf-8")
    program.chmod(0o755)
    return folder
