"""Ticket tasks (fact sheet 10.12)."""

from __future__ import annotations

from ticket_queue_daemon.simulator import dress
from ticket_queue_daemon.simulator.deeds import Refused, journal
from ticket_queue_daemon.simulator.dress_tickets import task as dress_task
from ticket_queue_daemon.simulator.entities import Task, Ticket
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.thing_feed import post_on_task
from ticket_queue_daemon.simulator.values import Json, as_date, as_float, as_guid, as_int, as_text

from .common import read_comment, ticket_of, writable_ticket
from .ticket_feed import shown

ROUTES = Routes("TDTickets")


def _task_of(call: Call, ticket: Ticket) -> Task:
    task = call.world.tasks.get(call.number("id"))
    if task is None or task.ticket_id != ticket.id:
        raise Refused(404)
    return task


@ROUTES.on("GET", "/{appId}/tickets/{ticketId}/tasks")
def listed(call: Call) -> Reply:
    """The tasks of a ticket."""
    tasks = [call.world.tasks[one] for one in ticket_of(call, "ticketId").tasks]
    if call.flag("isEligiblePredecessor"):
        tasks = [one for one in tasks if one.completed is None]
    return answer([dress_task(call.world, one) for one in tasks])


def _fill(call: Call, task: Task, members: Json) -> None:
    title = as_text(members.get("title")).strip()
    if not title:
        raise Refused(400, "Title is required.")
    responsible = as_guid(members.get("responsibleuid"))
    if responsible is not None and responsible not in call.world.people:
        raise Refused(400, "ResponsibleUid could not be found.")
    predecessor = as_int(members.get("predecessorid")) or 0
    if predecessor and predecessor not in call.world.tickets[task.ticket_id].tasks:
        raise Refused(400, "PredecessorID could not be found.")
    task.title = title
    task.description = as_text(members.get("description"))
    task.start, task.end = as_date(members.get("startdate")), as_date(members.get("enddate"))
    task.complete_within_minutes = as_int(members.get("completewithinminutes")) or 0
    task.estimated_minutes = as_int(members.get("estimatedminutes")) or 0
    task.responsible_uid = responsible
    task.responsible_group_id = as_int(members.get("responsiblegroupid")) or 0
    task.predecessor_id = predecessor


@ROUTES.on("POST", "/{appId}/tickets/{ticketId}/tasks")
def create(call: Call) -> Reply:
    """A new task."""
    ticket, when = writable_ticket(call, "ticketId"), call.world.now()
    task = Task(0, ticket.id, "", when, when, call.user.uid, call.user.uid)
    _fill(call, task, call.members())
    task.id, task.order = call.world.next_id("task"), len(ticket.tasks) + 1
    call.world.tasks[task.id] = task
    ticket.tasks.append(task.id)
    details = {"task_id": task.id, "title": task.title}
    journal(call.world, "task_created", ticket.id, call.user, details)
    return answer(dress_task(call.world, task), call.world.behaviour.create_status)


@ROUTES.on("GET", "/{appId}/tickets/{ticketId}/tasks/{id}")
def get(call: Call) -> Reply:
    """One task."""
    return answer(dress_task(call.world, _task_of(call, ticket_of(call, "ticketId"))))


@ROUTES.on("PUT", "/{appId}/tickets/{ticketId}/tasks/{id}")
def edit(call: Call) -> Reply:
    """Edit a task."""
    ticket = writable_ticket(call, "ticketId")
    task = _task_of(call, ticket)
    _fill(call, task, call.members())
    task.modified, task.modified_uid = call.world.now(), call.user.uid
    journal(call.world, "task_edited", ticket.id, call.user, {"task_id": task.id})
    return answer(dress_task(call.world, task))


@ROUTES.on("DELETE", "/{appId}/tickets/{ticketId}/tasks/{id}")
def delete(call: Call) -> Reply:
    """Delete a task."""
    ticket = writable_ticket(call, "ticketId")
    task = _task_of(call, ticket)
    ticket.tasks.remove(task.id)
    del call.world.tasks[task.id]
    journal(call.world, "task_deleted", ticket.id, call.user, {"task_id": task.id})
    return answer("The task was deleted.")


@ROUTES.on("GET", "/{appId}/tickets/{ticketId}/tasks/{id}/feed")
def feed(call: Call) -> Reply:
    """The feed of a task."""
    task = _task_of(call, ticket_of(call, "ticketId"))
    return answer(shown(call, [call.world.feed[one] for one in task.feed]))


@ROUTES.on("POST", "/{appId}/tickets/{ticketId}/tasks/{id}/feed")
def post_feed(call: Call) -> Reply:
    """Progress on a task, or a comment."""
    task, members = _task_of(call, writable_ticket(call, "ticketId")), call.members()
    percent = as_float(members.get("percentcomplete"))
    entry = post_on_task(call.world, task, call.user, read_comment(members), percent)
    return answer(dress.feed_entry(call.world, entry, 0), call.world.behaviour.feed_post_status)
