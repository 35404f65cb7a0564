"""A PostgreSQL server of a test's own: a temporary folder, a Unix socket and nothing else."""
import contextlib
import os
import pathlib
import subprocess
import tempfile


class Server:
    def __init__(self, programs, folder):
        self.programs, self.folder, self.count = programs, folder, 0
        # The server refuses to run as root: Debian's package has made a user for it.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        folder.chmod(0o777)

    def run(self, *command):
        """What it prints."""
        done = subprocess.run([*self.prefix, *map(str, command)], cwd=self.folder, capture_output=True, text=True,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}, timeout=120, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        self.run(self.programs / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "postgres", "--no-sync",
                 "-E", "UTF8", "--locale=C.UTF-8")
        self.run(self.programs / "pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o",
                 f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off", "start")
        self.sql("CREATE ROLE owner LOGIN CREATEDB")

    def stop(self):
        with contextlib.suppress(RuntimeError):
            self.run(self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def sql(self, text, database="postgres", login="postgres"):
        """The rows, with | between the columns."""
        return self.run(self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U",
                        login, "-d", database, "-c", text).splitlines()

    def make_database(self):
        """The name of a new, empty database."""
        self.count += 1
        self.sql(f"CREATE DATABASE test{self.count} OWNER owner")
        return f"test{self.count}"

    def address(self, database):
        return f"postgresql:///{database}?host={self.folder}&user=owner"


@contextlib.contextmanager
def running():
    """A server, or None where PostgreSQL is not installed."""
    versions = sorted((it.parent for it in pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")),
                      key=lambda it: int(it.parent.name))
    if not versions:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="gatepost-postgresql-", ignore_cleanup_errors=True) as folder:
        server = Server(versions[-1], pathlib.Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
