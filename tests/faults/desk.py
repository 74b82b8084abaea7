"""What the desk does while phones work, in the product's own words: phones are told of it as of anything else."""

from uuid import UUID

import sqlalchemy as sa

from server.app import create_app
from server.cycles.events import CycleChanged
from server.cycles.models import Cycle, CycleState
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.events import publish
from server.foundation.ids import CycleId, TenantId
from server.identity import queries
from tests.conftest import settings_for


def turn_cycle(url: str, before: CycleState, after: CycleState) -> None:
    """Move the one cycle that is in a state to another one, as `cycles.service.close` does."""

    def turn() -> None:
        cycle = session().execute(sa.select(Cycle).where(Cycle.state == before.value)).scalar_one()
        cycle.state = after.value
        session().flush()
        publish(CycleChanged(CycleId(cycle.id)))

    app = create_app(settings_for(url))
    with app.app_context():
        (plant,) = queries.tenants()
        session().close()
        with tenant_context(TenantId(UUID(str(plant.id)))):
            unit_of_work(turn)
        db.session.remove()
        db.engine.dispose()
