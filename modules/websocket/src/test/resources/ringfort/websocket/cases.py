# Runs cases of the Autobahn testsuite (Python 2, under Jython) against one server, several at once.
#
#   cases.py URL RESULTS LANES (SECTION|CASE)...
#
# Most of the time of a case is waiting for silence, so cases run in LANES connections side by side. For each case one line
# goes to RESULTS: id, behavior, behaviorClose, the server's close code, milliseconds, what the suite says, by tabs.
import sys

from autobahntestsuite import wstest  # first, for it chooses the reactor
from autobahntestsuite import fuzzing
from autobahntestsuite.caseset import CaseSet
from twisted.internet import reactor

url, results, lanes, sections = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]


class Lane(fuzzing.FuzzingClientFactory):
    running = 0
    lines = []

    def logCase(self, case):
        text = "; ".join([case["result"], case["resultClose"], str(case["wasNotCleanReason"])])
        Lane.lines.append("\t".join([
            case["id"], case["behavior"], case["behaviorClose"], str(case["remoteCloseCode"]),
            str(case["duration"]), repr(text)]))

    # The suite ends its reactor behind this; it has to wait for the other lanes.
    def createReports(self):
        Lane.running -= 1
        if Lane.running == 0:
            out = open(results, "w")
            out.write("".join([line + "\n" for line in Lane.lines]))
            out.close()
            reactor.callLater(0, stop)


def lost(protocol, reason, suite=fuzzing.FuzzingClientProtocol.connectionLost.__func__):
    try:
        suite(protocol, reason)
    except Exception as failure:  # of the suite, when a connection ends before its handshake
        case = protocol.factory.currentCaseId
        Lane.lines.append("\t".join([case, "FAILED", "FAILED", "None", "0", "no handshake: " + repr(failure)]))


fuzzing.FuzzingClientProtocol.connectionLost = lost
# Of a machine that has much to do: the handshakes have 5 s and 1 s otherwise.
options = {"version": 18, "openHandshakeTimeout": 30, "closeHandshakeTimeout": 10, "serverConnectionDropTimeout": 10}
stop = reactor.stop
reactor.stop = lambda: None

known = CaseSet(fuzzing.CaseSetname, fuzzing.CaseBasename, fuzzing.Cases, fuzzing.CaseCategories,
                fuzzing.CaseSubCategories)
chosen = [case for case in [known.caseClasstoId(case) for case in fuzzing.Cases] if case in sections or case.split(".")[0] in sections]
for lane in range(lanes):
    share = chosen[lane::lanes]
    if share:
        Lane.running += 1
        Lane({"servers": [{"agent": "ringfort", "url": url, "options": options}],
              "options": {"failByDrop": False}, "cases": share, "exclude-cases": [], "outdir": "."})
print("lanes: %d, cases: %d" % (Lane.running, len(chosen)))
reactor.run()
