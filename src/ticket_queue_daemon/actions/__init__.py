"""The shelf of actions, by the seed's names."""

from ticket_queue_daemon.actions.add_asset import AddAssetAction
from ticket_queue_daemon.actions.add_lab import AddLabAction
from ticket_queue_daemon.actions.assign import AssignAction
from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.comment import CommentAction
from ticket_queue_daemon.actions.custom_field import CustomFieldAction
from ticket_queue_daemon.actions.find_active_tickets import FindActiveTicketsAction
from ticket_queue_daemon.actions.notify import NotifyAction
from ticket_queue_daemon.actions.remove_asset import RemoveAssetAction
from ticket_queue_daemon.actions.script import ScriptAction
from ticket_queue_daemon.actions.set_fields import SetFieldsAction
from ticket_queue_daemon.actions.status_change import StatusChangeAction
from ticket_queue_daemon.actions.summary_comment import SummaryCommentAction
from ticket_queue_daemon.actions.tag import TagAction
from ticket_queue_daemon.actions.task import TaskAction
from ticket_queue_daemon.actions.webhook import WebhookAction

__all__ = [
    "ActionResult",
    "AddAssetAction",
    "AddLabAction",
    "AssignAction",
    "BaseAction",
    "CommentAction",
    "CustomFieldAction",
    "FindActiveTicketsAction",
    "NotifyAction",
    "RemoveAssetAction",
    "ScriptAction",
    "SetFieldsAction",
    "StatusChangeAction",
    "SummaryCommentAction",
    "TagAction",
    "TaskAction",
    "TicketFacade",
    "WebhookAction",
    "skip",
]
