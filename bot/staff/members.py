"""The staff of one portal, as its admins see and change them.

An admin sees the roles on their own portal and changes nothing else. What concerns an account as a
whole (closing it, taking its second factor away) is for who administers every portal on which that
person has a role.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content
from bot.ground.errors import GuichetError
from bot.staff import grants
from bot.staff.directory import invited_until, last_logins
from bot.staff.grants import Grant, Signed, UsersError, check_grant, checked, grants_of
from bot.staff.sessions import Staff
from bot.staff.tables import ALL_PORTALS, StaffGrant, StaffUser

_LAST = (
    "Il n’y aurait plus personne pour administrer ce portail : donnez d’abord ce rôle à quelqu’un"
    " d’autre, qui s’est déjà connecté."
)
_NOT_WHOLE = (
    "Ce compte ne dépend pas que de ce portail : seule une personne qui administre tous les"
    " portails où il sert peut le faire."
)
_CHANGED = "Quelqu’un a changé ce rôle avant vous : rien n’a été enregistré. Relisez, recommencez."


class NoSuchMember(GuichetError):
    """Nobody with this number has a role on the portal."""


@dataclass(frozen=True)
class Member:
    """Somebody with a role on a portal.

    Attributes:
        grant: Their role on it; None where they have one on all portals only.
        everywhere: Their role on all portals; empty for none.
        fresh: Whether they never chose a password.
        last_login: As far back as the record goes.
        invited_until: Until when an invitation waits to be followed.
        whole: Whether who looks may change the account as a whole.
    """

    id: int
    email: str
    grant: Grant | None
    everywhere: str
    active: bool
    fresh: bool
    totp: bool
    last_login: datetime | None
    invited_until: datetime | None
    whole: bool

    @property
    def seen(self) -> str:
        """What stands for the present role in a form."""
        return seen_of(self.grant)


@dataclass(frozen=True)
class Desk:
    """A portal's staff, for one of its admins.

    Args:
        session: The transaction.
        by: Who acts.
        portal: On which portal.
    """

    session: AsyncSession
    by: Staff
    portal: str

    @property
    def signed(self) -> Signed:
        """What signs lines of the record."""
        return grants.by_staff(self.by.id, self.portal)

    async def members(self, user_id: int | None = None) -> list[Member]:
        """Return who has a role here, by address; only one of them where a number is given."""
        here = (
            select(StaffUser)
            .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
            .where(StaffGrant.portal.in_((self.portal, ALL_PORTALS)))
            .order_by(StaffUser.email)
            .distinct()
        )
        if user_id is not None:
            here = here.where(StaffUser.id == user_id)
        users = (await self.session.scalars(here)).all()
        last = await last_logins(self.session)
        return [await self._member(user, last.get(user.id)) for user in users]

    async def member(self, user_id: int) -> Member:
        """Return one of them.

        Raises:
            NoSuchMember: If they have no role here.
        """
        found = await self.members(user_id)
        if not found:
            raise NoSuchMember
        return found[0]

    async def invite(
        self, content: Content, email: str, grant: Grant
    ) -> tuple[StaffUser, str | None]:
        """Give somebody a role who has none here.

        Returns:
            Who it is, and an invitation's token, or None where they have a password already.

        Raises:
            UsersError: If address, role or region is wrong, or they are here already.
        """
        address = checked(content, email, grant)
        await self._lock()
        user = await grants.user_by_email(self.session, address)
        present = await grants_of(self.session, user.id) if user else ()
        if any(one.portal == self.portal for one in present):
            raise UsersError(f"{address} a déjà un rôle ici : changez-le dans la liste.")
        return await grants.give(self.session, address, grant, self.signed)

    async def change(self, content: Content, user_id: int, grant: Grant, seen: str) -> None:
        """Change somebody's role or regions here.

        Args:
            content: Knows the portals and their regions.
            user_id: Whose.
            grant: What they may do from now on.
            seen: What the page showed, as `Member.seen`.

        Raises:
            NoSuchMember: If they have no role here.
            UsersError: If role or region is wrong, the page is old, or nobody would administer the
                portal any more.
        """
        check_grant(content, grant)
        user, present = await self._own(user_id)
        if seen != seen_of(present):
            raise UsersError(_CHANGED)
        if present.role == "admin" != grant.role:
            await self._keep_an_admin(user)
        await grants.change(self.session, user, grant, self.signed)

    async def take_back(self, user_id: int) -> None:
        """Take somebody's role here back.

        Raises:
            NoSuchMember: If they have no role here.
            UsersError: If nobody would administer the portal any more.
        """
        user, present = await self._own(user_id)
        if present.role == "admin":
            await self._keep_an_admin(user)
        await grants.take_back(self.session, user, self.portal, self.signed)

    async def invite_again(self, user_id: int) -> tuple[StaffUser, str]:
        """Give who never chose a password another link; returns who it is, and its token.

        Raises:
            NoSuchMember: If they have no role here.
            UsersError: If they have a password, or their access is closed.
        """
        user = await self._user(user_id)
        if user.password_hash or user.disabled_at is not None:
            raise UsersError(
                "Cette personne a déjà choisi un mot de passe : « Mot de passe oublié ? », à la"
                " connexion, lui en donne un autre."
                if user.password_hash
                else "Son accès est fermé."
            )
        return user, await grants.renew(self.session, user, self.signed)

    async def shut_out(self, user_id: int) -> None:
        """Close an account; all its sessions end.

        Raises:
            NoSuchMember: If they have no role here.
            UsersError: If the account is not this admin's to close.
        """
        user = await self._whole(user_id)
        for grant in await grants_of(self.session, user.id):
            if grant.role == "admin":
                await self._keep_an_admin(user, grant.portal)
        await grants.shut_out(self.session, user, self.signed)

    async def reopen(self, user_id: int) -> tuple[StaffUser, str]:
        """Open a closed account with its role here alone; returns who it is, and a link's token.

        Raises:
            NoSuchMember: If they have no role here.
            UsersError: If the account is not this admin's to open, or not closed.
        """
        user = await self._whole(user_id)
        grant = await self.session.get(StaffGrant, (user.id, self.portal))
        if user.disabled_at is None or grant is None:
            raise UsersError("Cet accès n’est pas fermé, ou n’a pas de rôle propre à ce portail.")
        return user, await grants.reopen(self.session, user, grants.told(grant), self.signed)

    async def drop_second_factor(self, user_id: int) -> StaffUser:
        """Take the second factor away from who lost their phone; returns who it is.

        Raises:
            NoSuchMember: If they have no role here.
            UsersError: If the account is not this admin's, or has no second factor.
        """
        user = await self._whole(user_id)
        if not user.totp_secret:
            raise UsersError("Ce compte n’a pas de code à usage unique.")
        if user.id == self.by.id:
            raise UsersError("Retirez le vôtre sous « Mon compte », avec votre mot de passe.")
        await grants.drop_second_factor(self.session, user, self.signed)
        return user

    async def _member(self, user: StaffUser, last_login: datetime | None) -> Member:
        all_grants = await grants_of(self.session, user.id)
        by_portal = {grant.portal: grant for grant in all_grants}
        everywhere = by_portal.get(ALL_PORTALS)
        return Member(
            id=user.id,
            email=user.email,
            grant=by_portal.get(self.portal),
            everywhere=everywhere.role if everywhere else "",
            active=user.disabled_at is None,
            fresh=not user.password_hash,
            totp=bool(user.totp_secret),
            last_login=last_login,
            invited_until=invited_until(user),
            whole=self._administers(all_grants),
        )

    def _administers(self, all_grants: tuple[Grant, ...]) -> bool:
        return all(
            self.by.grants.get(ALL_PORTALS) == "admin"
            or (grant.portal != ALL_PORTALS and self.by.role(grant.portal) == "admin")
            for grant in all_grants
        )

    async def _lock(self) -> None:
        """Let one admin at a time change the portal's staff: who is left counts."""
        rows = (
            select(StaffGrant)
            .where(StaffGrant.portal.in_((self.portal, ALL_PORTALS)))
            .order_by(StaffGrant.user_id, StaffGrant.portal)
            .with_for_update()
        )
        await self.session.execute(rows)

    async def _user(self, user_id: int) -> StaffUser:
        await self._lock()
        await self.member(user_id)
        return await self.session.get_one(StaffUser, user_id)

    async def _own(self, user_id: int) -> tuple[StaffUser, Grant]:
        user = await self._user(user_id)
        grant = await self.session.get(StaffGrant, (user_id, self.portal))
        if grant is None:
            raise UsersError("Ce rôle vaut pour tous les portails : il ne se change pas ici.")
        return user, grants.told(grant)

    async def _whole(self, user_id: int) -> StaffUser:
        user = await self._user(user_id)
        if not self._administers(await grants_of(self.session, user.id)):
            raise UsersError(_NOT_WHOLE)
        return user

    async def _keep_an_admin(self, user: StaffUser, portal: str = "") -> None:
        left = await self.session.scalar(
            select(func.count(func.distinct(StaffUser.id)))
            .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
            .where(
                StaffGrant.portal.in_((portal or self.portal, ALL_PORTALS)),
                StaffGrant.role == "admin",
                StaffUser.id != user.id,
                StaffUser.disabled_at.is_(None),
                StaffUser.password_hash != "",
            )
        )
        if not left:
            raise UsersError(_LAST)


def seen_of(grant: Grant | None) -> str:
    """Return what stands for a role in a form."""
    return f"{grant.role}:{','.join(sorted(grant.regions))}" if grant else ""
