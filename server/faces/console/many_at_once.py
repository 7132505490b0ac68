"""What an operator does to many licenses at once, and what goes out by mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.customers import records
from keyferry.server.core.licensing import batches, license_changes, licenses
from keyferry.server.core.licensing.batches import Wanted as NewLicense
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.console import views
from keyferry.server.faces.console.door import Door, needs, runs
from keyferry.server.faces.console.lists import viewed
from keyferry.server.parts import parts
from keyferry.server.services import (
    changes,
    changing_many,
    customers,
    issuing,
    key_mail,
    list_queries,
    outbox,
)

MOST_BATCHES = 50
MOST_SHOWN = 1000


class Many(Door):
    """Goes on piece by piece: whoever waits to activate is served in between."""

    @runs(issuing.begin)
    def issue(self, wanted: NewLicense) -> views.Issued:
        """Create licenses, or the first of many; raises what `issuing.begin` raises."""
        begun = issuing.begin(wanted, batches.new_form(), by=self.by)
        with reading() as session:
            first = viewed(session, batches.licenses_of(session, begun.number, most=1)[0])
        return views.Issued(begun.number, begun.wanted, begun.done, first, wanted.mails_keys)

    @needs(Permission.SEE_LICENSES)
    def batches(self, beside: int | None = None) -> Sequence[views.BatchRow]:
        """Return the latest licenses that were created together, those that aren't done first.

        With `beside`, the batch of this number is among them. Raises NotFound (unknown_batch).
        """
        with reading() as session:
            found = {one.id: one for one in batches.unfinished(session)}
            found |= {beside: batches.find(session, beside)} if beside is not None else {}
            found |= {one.id: one for one in batches.latest(session, most=MOST_BATCHES)}
            rows = [views.batch_row(one) for one in found.values() if one.done]
        return sorted(rows, key=lambda one: (one.is_done, -one.number))

    @needs(Permission.SEE_LICENSES)
    def batch(self, number: int) -> views.Issued:
        """Return how far licenses that are created together are; raises NotFound (unknown_batch)."""
        with reading() as session:
            found = batches.find(session, number)
            first = viewed(session, batches.licenses_of(session, number, most=1)[0])
            return views.Issued(number, found.wanted, found.done, first, found.mails_keys)

    @needs(Permission.SEE_LICENSES)
    def licenses_of_batch(self, number: int) -> Sequence[views.LicenseRow]:
        """Return the first licenses that were created together, as many as the portal shows on its page."""
        with reading() as session:
            found = batches.licenses_of(session, number, most=MOST_SHOWN)
            return [views.license_row(one, parts().clock()) for one in found]

    @runs(issuing.go_on)
    def go_on_issuing(self, number: int) -> int:
        """Create more of many licenses, and return how many there are; raises what `issuing.go_on` raises."""
        return issuing.go_on(number, by=self.by).done

    @runs(issuing.stop)
    def stop_issuing(self, number: int) -> bool:
        """Create no more of many licenses; raises NotFound (unknown_batch)."""
        issuing.stop(number, by=self.by)
        return True

    @runs(issuing.mail_keys)
    def mail_batch(self, number: int, recipient: str) -> views.Mailed:
        """Send the keys that were created together; raises what `issuing.mail_keys` raises."""
        issuing.mail_keys(number, recipient, by=self.by)
        return views.Mailed(recipient.strip(), None)

    @runs(key_mail.mail_activation_key)
    def mail_license_key(self, activation_key: str) -> views.Mailed:
        """Send a license's key to its customer; raises what `key_mail.mail_activation_key` raises."""
        with reading() as session:
            number = licenses.find(session, ActivationKey.from_text(activation_key)).id
        posted = key_mail.mail_activation_key(number, by=self.by)
        return views.Mailed(posted.recipient, posted.waits)

    @runs(customers.mail_keys)
    def mail_all_keys(self, number: int) -> views.Mailed:
        """Send a customer all keys that they hold; raises what `customers.mail_keys` raises."""
        with reading() as session:
            recipient = records.with_id(session, number).email
        return views.Mailed(recipient, customers.mail_keys(number, by=self.by))

    @runs(outbox.send_again)
    def send_again(self, number: int) -> bool:
        """Have an email tried anew; raises what `outbox.send_again` raises."""
        outbox.send_again(number, by=self.by)
        return True

    @runs(outbox.send_all_again)
    def send_all_again(self) -> int:
        """Have every email tried anew that failed and is kept; returns how many."""
        return outbox.send_all_again(by=self.by)

    @runs(customers.merge)
    def merge_target(self, number: int, email: str) -> views.CustomerView:
        """Return into whom a customer would go; raises what `core.customers.records.merge_target` raises."""
        with reading() as session:
            found = records.merge_target(session, records.with_id(session, number), email)
            extent, now = records.extent(session, found), parts().clock()
            return views.customer_view(found, extent, (), 0, now, can_mail=False)

    @runs(changes.change_many)
    def meant(self, numbers: Sequence[int], asked: Mapping[str, str]) -> views.Meant:
        """Return which licenses a change would be about: these, or with none of them all of a list."""
        if numbers:
            with reading() as session:
                found = licenses.with_ids(session, numbers)
                version = license_changes.version_of_all(found)
                return views.Meant(tuple(one.id for one in found), version, is_list=False)
        listed = changing_many.meant(list_queries.licenses_wanted(asked, parts().clock()))
        return views.Meant(tuple(listed), changing_many.version(listed), is_list=True)

    @runs(changes.change_many)
    def change_some(self, meant: views.Meant, action: str, terms: Terms) -> views.Changed:
        """Change all of these licenses or, where one refuses, none; raises what `change_many` raises."""
        changed, asked = changes.change_many(meant.numbers, action, terms, by=self.by, version=meant.version)
        return views.Changed(0, asked, asked, changed, 0)

    @runs(changing_many.begin)
    def begin_change(self, meant: views.Meant, action: str, terms: Terms) -> views.Changed:
        """Begin to change all of a list; raises what `changing_many.begin` raises."""
        mark = batches.new_form()
        begun = changing_many.begin(meant.numbers, action, terms, mark, by=self.by, seen=meant.version)
        return _changed(begun)

    @runs(changing_many.go_on)
    def go_on_changing(self, number: int) -> views.Changed:
        """Change more of a list; raises NotFound (unknown_change)."""
        return _changed(changing_many.go_on(number, by=self.by))


def _changed(progress: changing_many.Progress) -> views.Changed:
    counted = progress.done, progress.changed, progress.refused
    return views.Changed(progress.number, progress.wanted, *counted)
