"""Files that appear when they are complete, and targets that are no plain files."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from voipstudio_async import ConfigurationError, files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices, pipes and permissions of POSIX")


def write(target: str | Path, content: bytes = b"new") -> None:
    with files.written(target) as file:
        file.write(content)


def write_half(target: Path, error: type[BaseException]) -> None:
    with files.written(target) as file:
        file.write(b"half")
        raise error


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.csv"
    path.write_bytes(b"old, and longer than what is new")
    return path


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "new.csv"
    with files.written(target) as file:
        file.write(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert names_in(tmp_path) == ["new.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_file_stays_as_it_was_when_the_writing_fails(old: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        write_half(old, error)
    assert old.read_bytes() == b"old, and longer than what is new"
    assert names_in(old.parent) == ["old.csv"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o640, 0o755])
def test_the_permissions_of_a_file_stay(old: Path, mode: int) -> None:
    old.chmod(mode)
    write(old)
    assert (old.read_bytes(), mode_of(old)) == (b"new", mode)


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    write(tmp_path / "new")
    assert mode_of(tmp_path / "new") == 0o640


def test_what_replaces_a_private_file_is_private_before(old: Path) -> None:
    old.chmod(0o600)
    with files.written(old) as file:
        (beside,) = (each for each in old.parent.iterdir() if each != old)
        assert mode_of(beside) == 0o600
        file.write(b"new")


@pytest.mark.parametrize("name", ["n" * 250, "n" * 255, "ü" * 127])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    assert names_in(tmp_path) == [name]


@pytest.mark.parametrize("hops", [1, 3])
def test_a_link_stays_and_its_file_is_new(old: Path, tmp_path: Path, hops: int) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    last = old
    for number in range(hops):
        (folder / str(number)).symlink_to(last)
        last = folder / str(number)
    write(last)
    assert (last.is_symlink(), old.read_bytes()) == (True, b"new")
    assert names_in(folder) == [str(number) for number in range(hops)]


def test_a_link_to_nothing_yet_makes_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write(tmp_path / "link")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()


def test_a_file_with_two_names_is_new_under_both(old: Path, tmp_path: Path) -> None:
    (tmp_path / "other").hardlink_to(old)
    write(old)
    assert (tmp_path / "other").read_bytes() == old.read_bytes() == b"new"


def test_a_file_where_nothing_can_be_put_in_its_place_is_written_into(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = old.stat().st_ino

    def busy(self: Path, target: Path) -> None:
        raise OSError(16, "Device or resource busy", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", busy)
    write(old)
    assert (old.read_bytes(), old.stat().st_ino) == (b"new", number)
    assert names_in(old.parent) == ["old.csv"]


def test_a_file_in_a_folder_that_takes_no_more_is_written_into(
    old: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access

    def access(path: str | Path, mode: int) -> bool:
        return Path(path) != old.parent and real(path, mode)

    monkeypatch.setattr(os, "access", access)
    write(old)
    assert old.read_bytes() == b"new"
    assert names_in(spool) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_of_a_file_stays(old: Path) -> None:
    os.chown(old, 1234, 2345)
    write(old)
    assert (old.read_bytes(), old.stat().st_uid, old.stat().st_gid) == (b"new", 1234, 2345)


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(os.devnull)
    write(os.devnull)
    write(tmp_path / "link")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116 - a device has no better name
    assert names_in(tmp_path) == ["link"]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join()
    assert (read, stat.S_ISFIFO(pipe.stat().st_mode)) == ([b"new"], True)


@pytest.mark.parametrize("form", ["/dev/fd/{}", "/proc/self/fd/{}", "/proc/{pid}/fd/{}"])
@pytest.mark.parametrize("is_linked", [False, True])
def test_an_open_pipe_is_written_to_and_stays_open(tmp_path: Path, form: str, is_linked: bool) -> None:
    reading, writing = os.pipe()
    target = Path(form.format(writing, pid=os.getpid()))
    if is_linked:
        (tmp_path / "link").symlink_to(target)
        target = tmp_path / "link"
    write(target)
    os.write(writing, b" and more")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"new and more"


def test_an_open_socket_is_written_to() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        files.check(f"/dev/fd/{ours.fileno()}")
        write(f"/dev/fd/{ours.fileno()}")
        assert theirs.recv(10) == b"new"


def test_an_open_file_goes_on_where_it_stands(tmp_path: Path) -> None:
    with (tmp_path / "log").open("ab", buffering=0) as log:
        log.write(b"before ")
        write(f"/dev/fd/{log.fileno()}")
        log.write(b" after")
    assert (tmp_path / "log").read_bytes() == b"before new after"


def test_standard_output_is_written_to_by_its_name() -> None:
    code = "from voipstudio_async import files\nwith files.written('/dev/stdout') as file: file.write(b'new')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"new", b"", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_device_is_an_error_that_names_it() -> None:
    with pytest.raises(OSError, match=r"No space left on device: '/dev/full'"):
        write("/dev/full")


def test_a_full_disk_is_an_error_that_names_the_target(old: Path) -> None:
    resource = pytest.importorskip("resource")
    code = "import sys\nfrom voipstudio_async import files\nwith files.written(sys.argv[1]) as f: f.write(b'x' * 99999)"

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}", str(old)],
        capture_output=True,
        text=True,
        check=False,
        env={key: value for key, value in os.environ.items() if "COV" not in key} | {"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=small,
    )
    assert done.stderr.splitlines()[-1] == f"OSError: [Errno 27] File too large: '{old}'"
    assert old.read_bytes() == b"old, and longer than what is new"
    assert names_in(old.parent) == ["old.csv"]


def refused(tmp_path: Path) -> Iterator[tuple[str | Path, str]]:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    yield tmp_path, "is a folder"
    yield f"{tmp_path}/new/", "is a folder by its name"
    yield tmp_path / "none" / "file", "there is no folder"
    yield tmp_path / "loop", "symbolic links"
    yield tmp_path / "old" / "file", "Not a directory"
    yield tmp_path / "a\0b", "is no name of a file"
    yield tmp_path / ("n" * 256), "File name too long"
    yield Path("/dev/fd/999999"), "is not open"


def test_what_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    for target, words in refused(tmp_path):
        with pytest.raises(ConfigurationError, match=f"^--output: .*{words}"):
            files.check(target, "--output")
        with pytest.raises(ConfigurationError, match=words):
            write(target)


def nothing_goes(_path: str | Path, _mode: int) -> bool:
    return False


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_may_not_be_written_is_refused_in_words(
    old: Path, monkeypatch: pytest.MonkeyPatch, is_folder: bool
) -> None:
    target = old.parent / "new" if is_folder else old
    monkeypatch.setattr(os, "access", nothing_goes)
    with pytest.raises(ConfigurationError, match=r"cannot be written to|may not be written to"):
        files.check(target)


def test_streams_are_known(tmp_path: Path, old: Path) -> None:
    assert files.is_stream(os.devnull)
    assert files.is_stream("/dev/fd/1")
    assert not files.is_stream(old)
    assert not files.is_stream(tmp_path / "new")
