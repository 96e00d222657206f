"""Each statement runs under the practice in scope, so that row-level security can hold it.

The scope is told when it differs from what the server was told last. A rollback, to a savepoint
too, takes the telling back with everything else, so it is told again; a closed scope is told as
well, so a connection that is kept for the next request sees nothing until a scope is opened.
This wants a connection of its own, or a pooler in session mode (docs/deploy.md).
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from clinic.scope_state import scope_setting

SETTING = "handline.practice"


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: str | None = None
        self.execute_wrappers.append(self._tell_scope)

    def init_connection_state(self) -> None:
        self._told = None
        super().init_connection_state()

    def _tell_scope(self, execute, sql, params, many, context):
        wanted = scope_setting()
        if wanted != self._told and self._takes_settings():
            self.connection.execute("SELECT set_config(%s, %s, false)", [SETTING, wanted])
            self._told = wanted
        return execute(sql, params, many, context)

    def _takes_settings(self) -> bool:
        """Not inside a failed transaction: only its rollback is heard there."""
        return self.connection.info.transaction_status != TransactionStatus.INERROR

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)
        self._told = None

    def _rollback(self) -> None:
        self._told = None
        super()._rollback()

    def _commit(self) -> None:
        try:
            super()._commit()
        except Exception:
            self._told = None
            raise
