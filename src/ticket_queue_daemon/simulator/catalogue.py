"""The look-up lists that every world starts with (ids of fact sheet 17.1, names invented).

Promise: configuration only; nothing here is a person, a machine or a ticket.
"""

from __future__ import annotations

from .entities import (
    Application,
    AssetStatus,
    AttributeDefinition,
    Form,
    Named,
    TicketStatus,
    TicketType,
)

TICKET_APP = 46
ASSET_APP = 48
PORTAL_APP = 2045
OTHER_TICKET_APP = 31

COMPUTER_FORM = 2448
MONITOR_FORM = 2449
PRINTER_FORM = 2450
LAB_FORM = 3830
ASSET_CI_TYPE = 10007
LAB_TYPE = 10132
PLACE_TYPE = 10014

EAST_HALL_GROUP = 367
EAST_HALL_REPORT = 1344
ASSET_REPORT = 1402
EMPTY_REPORT = 1399

ACTIVE = 38
NEW = 115

APPLICATIONS = (
    Application(TICKET_APP, "LSA-TS Tickets", "TDTickets", "Tickets of LSA Technology Services"),
    Application(ASSET_APP, "LSA-TS Assets/CIs", "TDAssets", "Computers, printers, labs"),
    Application(OTHER_TICKET_APP, "ITS Tickets", "TDTickets", "Tickets of the central IT unit"),
    Application(PORTAL_APP, "Client Portal", "TDClient", "Where customers ask for help"),
)

TICKET_STATUSES = (
    TicketStatus(115, "New", 1, 1.0, is_default=True),
    TicketStatus(117, "In Progress", 2, 2.0),
    TicketStatus(121, "Scheduled", 2, 3.0),
    TicketStatus(619, "Waiting on Vendor", 5, 4.0),
    TicketStatus(620, "Awaiting Input", 5, 5.0),
    TicketStatus(622, "On Hold", 5, 6.0, require_goes_off_hold=True),
    TicketStatus(122, "Closed", 3, 7.0),
    TicketStatus(123, "Closed and Approved", 3, 8.0, do_not_reopen=True),
    TicketStatus(124, "Cancelled", 4, 9.0),
    TicketStatus(118, "Legacy Review", 2, 10.0, is_active=False),
    TicketStatus(2, "Open", 1, 1.0, is_default=True, app_id=OTHER_TICKET_APP),
    TicketStatus(5, "Closed", 3, 2.0, app_id=OTHER_TICKET_APP),
)

ASSET_STATUSES = (
    AssetStatus(38, "Active"),
    AssetStatus(39, "In Storage", is_out_of_service=True),
    AssetStatus(40, "Disposed", is_out_of_service=True),
    AssetStatus(41, "Retired", is_out_of_service=True),
    AssetStatus(46, "Missing", is_out_of_service=True),
    AssetStatus(59, "On Loan"),
    AssetStatus(141, "Awaiting Setup"),
    AssetStatus(201, "Awaiting Disposal", is_out_of_service=True),
    AssetStatus(202, "Property Transfer", is_out_of_service=True),
)

TICKET_TYPES = (
    TicketType(652, "Unified List Management", 6, "Compliance"),
    TicketType(310, "Computer Support", 12, "Desktop Support"),
    TicketType(311, "Printing", 12, "Desktop Support"),
    TicketType(312, "Software Installation", 12, "Desktop Support"),
    TicketType(313, "Network Connection", 13, "Infrastructure"),
    TicketType(299, "Telephone (retired)", 13, "Infrastructure", is_active=False),
)

PRIORITIES = (
    Named(19, "Low", "", 1.0),
    Named(20, "Medium", "", 2.0, is_default=True),
    Named(21, "High", "", 3.0),
    Named(22, "Emergency", "", 4.0),
)
URGENCIES = (
    Named(30, "Low", "", 1.0, is_default=True),
    Named(31, "Medium", "", 2.0),
    Named(32, "High", "", 3.0),
)
IMPACTS = (
    Named(40, "Affects User", "", 1.0, is_default=True),
    Named(41, "Affects Group", "", 2.0),
    Named(42, "Affects Organization", "", 3.0),
)
SOURCES = (
    Named(5, "E-mail"),
    Named(6, "Phone"),
    Named(7, "Walk-in"),
    Named(8, "Systems"),
    Named(9, "Client Portal"),
)
LOCATIONS = (
    Named(46, "East Hall"),
    Named(47, "Randall Laboratory"),
    Named(48, "Chemistry Building"),
    Named(49, "Modern Languages Building"),
    Named(50, "Biological Sciences Building"),
    Named(51, "Angell Hall"),
)
SERVICES = (
    Named(2325, "Device Compliance"),
    Named(2301, "Computer Help"),
    Named(2302, "Printer Help"),
    Named(2303, "Software Request"),
)
MANUFACTURERS = (Named(1, "Apple"), Named(2, "Dell"), Named(3, "Lenovo"), Named(4, "HP"))
MODELS = (
    Named(11, "MacBook Pro 14"),
    Named(12, "Mac mini"),
    Named(21, "OptiPlex 7010"),
    Named(22, "Latitude 5440"),
    Named(31, "ThinkPad T14"),
    Named(41, "LaserJet M507"),
    Named(42, "UltraSharp U2723"),
)
# Vendors are one list in TDX, so suppliers and manufacturers share no id.
SUPPLIERS = (Named(101, "CDW-G"), Named(102, "Apple Inc."))
CI_TYPES = (
    Named(ASSET_CI_TYPE, "Computer"),
    Named(LAB_TYPE, "Lab"),
    Named(PLACE_TYPE, "Place"),
)
# The description names the direction parent to child, the second text the way back.
RELATIONSHIP_TYPES = (
    Named(10012, "Has Lab Computer", "Is Computer of Lab"),
    Named(10016, "Contains", "Is Located In"),
)

SLAS = ((501, "Standard"), (502, "Classroom in use"))

FORMS = (
    Form(0, "Default Ticket Form", TICKET_APP, 9, is_default=True),
    Form(107, "Compliance Form", TICKET_APP, 9),
    Form(108, "Computer Help Form", TICKET_APP, 9),
    Form(COMPUTER_FORM, "Computer Form", ASSET_APP, 27, is_default=True),
    Form(MONITOR_FORM, "Monitor Form", ASSET_APP, 27),
    Form(PRINTER_FORM, "Printer Form", ASSET_APP, 27),
    Form(121, "Default CI Form", ASSET_APP, 63, is_default=True),
    Form(LAB_FORM, "Lab Form", ASSET_APP, 63),
    Form(3918, "Place Form", ASSET_APP, 63),
)

ATTRIBUTES = (
    AttributeDefinition(
        18375, "Operating System", 9, "dropdown", {26190: "Windows", 26191: "macOS", 26192: "Linux"}
    ),
    AttributeDefinition(18376, "Room", 9),
    AttributeDefinition(
        18377, "Affected Services", 9, "multiselect", {2364: "E-mail", 5176: "Wi-Fi", 5177: "VPN"}
    ),
    AttributeDefinition(3513, "Purchase Shortcode", 27),
    AttributeDefinition(10896, "Financial Owner/Responsible", 27, "personfield"),
    AttributeDefinition(10901, "MAC Address(es)", 27, "textarea"),
    AttributeDefinition(10902, "Memory", 27),
    AttributeDefinition(
        10903, "Support Group(s)", 27, "multiselect", {2364: "East Hall", 5176: "Infrastructure"}
    ),
    AttributeDefinition(10904, "Last Inventoried Date", 27, "datefield"),
    AttributeDefinition(20786, "Lab Manager 1", 63, "personfield"),
    AttributeDefinition(20789, "Lab Location 1", 63),
    AttributeDefinition(20793, "Instrumentation", 63, "dropdown", {31001: "Yes", 31002: "No"}),
)

GROUPS = (
    (364, "LSA-TS-LSA"),
    (365, "LSA-TS-Randall"),
    (366, "LSA-TS-MLB"),
    (EAST_HALL_GROUP, "LSA-TS-Desktop and Mobility-East Hall"),
    (368, "LSA-TS-CHEM"),
    (370, "LSA-TS-BSB"),
    (371, "LSA-TS-Infrastructure"),
    (1678, "LSA-TS-Compliance"),
)
