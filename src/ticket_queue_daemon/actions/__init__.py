"""The shelf of actions, by the seed's names."""

from ticket_queue_daemon.actions.add_asset import AddAssetAction
from ticket_queue_daemon.actions.assign import AssignAction
from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.comment import CommentAction
from ticket_queue_daemon.actions.custom_field import CustomFieldAction
from ticket_queue_daemon.actions.notify import NotifyAction
from ticket_queue_daemon.actions.set_fields import SetFieldsAction
from ticket_queue_daemon.actions.status_change import StatusChangeAction
from ticket_queue_daemon.actions.summary_comment import SummaryCommentAction
from ticket_queue_daemon.actions.tag import TagAction

__all__ = [
    "ActionResult",
    "AddAssetAction",
    "AssignAction",
    "BaseAction",
    "CommentAction",
    "CustomFieldAction",
    "NotifyAction",
    "SetFieldsAction",
    "StatusChangeAction",
    "SummaryCommentAction",
    "TagAction",
    "TicketFacade",
    "skip",
]
