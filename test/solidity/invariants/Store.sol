// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exit, Measurement, Ruling, Seat} from "../../../contracts/interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../../../contracts/interfaces/ISLAEscrow.sol";
import {Figures} from "./Figures.sol";
import {Vm} from "./Vm.sol";

/// @notice What DESIGN §5 and §6 say must have happened, summed up from the agreement's events. Each event is checked
/// as it comes; the buckets follow from the sums by the equations in the README. Nothing here reads the agreement.
abstract contract Store is Figures {
    struct Offer {
        bool made;
        uint256 credit;
        uint256 pledge;
    }

    struct Period {
        bool reported;
        bool disputed;
        bool split;
        bool resolved;
        uint256 revision;
        uint256 credit; // of the standing report, before the term's cap
        uint256 since; // t, then d
        uint256 revisedTo; // what the coming report is
        Ruling ruling; // what the coming result says, as far as it is told
        uint256 bondGave;
        Offer provider;
        Offer client;
        uint256 agreed; // what all offers agree on, after the term's cap
        uint256 held;
        uint256 fromBond;
        uint256 due; // the fee share that moved at the split
        Seat providerPledgeTo;
        Seat clientPledgeTo;
    }

    /// A credit that both parties agree on in the call that is being made; `period` plus 1, or 0.
    struct Agreed {
        uint256 period;
        uint256 credit;
    }

    /// The clock, as of the last act.
    uint256 public time;

    mapping(uint256 k => Period) internal history;
    uint256[] internal disputes; // periods that ever were disputed
    uint256 internal current; // first unresolved period
    uint256 internal lastEnd;
    bool internal active;
    bool internal closed;
    bool internal providerAccepted;
    bool internal clientAccepted;
    Agreed internal agreed;

    // Sums of all that ever happened.
    uint256 internal funded; // absorbed from outside
    uint256 internal withdrawn;
    uint256 internal claimed; // from P alone
    uint256 internal dues; // fee shares that became the provider's
    uint256 internal posted; // bond
    uint256 internal takenBack; // bond, in a draft
    uint256 internal drawn; // from the bond to the client
    uint256 internal released; // from the bond to the provider
    uint256 internal staked; // pledges
    uint256 internal stakesToProvider;
    uint256 internal stakesToClient;
    uint256 internal heldNow;
    uint256 internal given; // credits

    // ------------------------------------------------------------------------------------------------- equations

    /// @dev M - owed. Of the two at most one is not zero.
    function _net() internal view returns (int256) {
        return int256(funded + drawn + stakesToClient) - int256(withdrawn + dues);
    }

    function _balance() internal view returns (uint256) {
        return _net() > 0 ? uint256(_net()) : 0;
    }

    function _owed() internal view returns (uint256) {
        return _net() < 0 ? uint256(-_net()) : 0;
    }

    function _earnings() internal view returns (uint256) {
        return dues - _owed() + stakesToProvider + released - claimed;
    }

    function _bondNow() internal view returns (uint256) {
        return posted - takenBack - drawn - released;
    }

    function _pledges() internal view returns (uint256) {
        return staked - stakesToProvider - stakesToClient;
    }

    /// @dev What `withdraw` must leave: held, the fees of started unresolved periods, and of the notice periods.
    function _committed() internal view returns (uint256 sum) {
        if (!active || closed) return 0;
        sum = heldNow;
        uint256 running;
        while (_boundary(running + 1) <= time) ++running;
        for (uint256 k = current; k < periods && k <= running + noticePeriods; ++k) {
            sum += _feeOf(k);
        }
    }

    // ---------------------------------------------------------------------------------------------------- events

    function _take(Vm.Log[] memory logs, address agreement) internal {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == agreement) _takeOne(logs[i].topics, logs[i].data);
        }
    }

    function _takeOne(bytes32[] memory topics, bytes memory data) private {
        bytes32 what = topics[0];
        if (what == ISLAEscrow.PeriodFinal.selector) {
            _onFinal(data);
        } else if (what == ISLAEscrow.Ruled.selector) {
            _onRuled(data);
        } else if (what == ISLAEscrow.BondDrawn.selector) {
            _onBondDrawn(data);
        } else if (what == ISLAEscrow.Reported.selector) {
            _onReported(data);
        } else if (what == ISLAEscrow.Revised.selector) {
            (uint256 k, uint256 revision) = abi.decode(data, (uint256, uint256));
            history[k].revisedTo = revision;
        } else if (what == ISLAEscrow.Funded.selector) {
            funded += abi.decode(data, (uint256));
        } else if (what == ISLAEscrow.Disputed.selector) {
            _onDisputed(Seat(uint8(uint256(topics[1]))), data);
        } else if (what == ISLAEscrow.Split.selector) {
            _onSplit(data);
        } else if (what == ISLAEscrow.PledgeMoved.selector) {
            (uint256 k, uint256 amount) = abi.decode(data, (uint256, uint256));
            _onPledgeMoved(k, Seat(uint8(uint256(topics[1]))), Seat(uint8(uint256(topics[2]))), amount);
        } else if (what == ISLAEscrow.Withdrawn.selector) {
            (, uint256 amount) = abi.decode(data, (address, uint256));
            withdrawn += amount;
            _must(_net() >= 0 && _balance() >= _committed(), "withdraw leaves what is committed");
        } else if (what == ISLAEscrow.Claimed.selector) {
            (, uint256 amount) = abi.decode(data, (address, uint256));
            _onClaimed(amount);
        } else if (what == ISLAEscrow.BondPosted.selector) {
            posted += abi.decode(data, (uint256));
            _must(_bondNow() == bond, "the bond is whole once it is posted");
        } else if (what == ISLAEscrow.Accepted.selector) {
            _onAccepted(abi.decode(data, (Seat)));
        } else if (what == ISLAEscrow.Unaccepted.selector) {
            _must(!active, "an active agreement is never left by taking money");
            if (Seat(uint8(uint256(topics[1]))) == Seat.Provider) providerAccepted = false;
            else clientAccepted = false;
        } else if (what == ISLAEscrow.Closed.selector) {
            _onClosed(data);
        } else if (what == ISLAEscrow.Terminated.selector) {
            (, uint256 earlier) = abi.decode(data, (Exit, uint256));
            _must(earlier >= time, "end is never set in the past");
            _cut(earlier);
        }
    }

    function _onAccepted(Seat seat) private {
        _must(time < start && !active, "only a draft is accepted");
        if (seat == Seat.Provider) (providerAccepted, posted) = (true, posted + bond);
        else clientAccepted = true;
        if (seat == Seat.Client) _must(_balance() >= _feeOf(0), "the client accepts with the first fee in M");
        active = providerAccepted && clientAccepted;
    }

    function _onClaimed(uint256 amount) private {
        uint256 due = _earnings();
        uint256 back = active ? 0 : _bondNow();
        _must(amount == due + back, "claim pays all earnings, in a draft the bond too");
        (claimed, takenBack) = (claimed + due, takenBack + back);
    }

    function _onReported(bytes memory data) private {
        (uint256 k, uint256 credit,,) = abi.decode(data, (uint256, uint256, bytes32, Measurement[]));
        Period storage p = history[k];
        uint256 revision = p.revisedTo;
        p.revisedTo = 0;
        _must(active && !closed && k == current && k < periods && !p.resolved, "only the current period is reported");
        _must(!p.disputed, "after a dispute the report never changes");
        _must(time >= _base(k) && time < _base(k) + reportWindow, "a report comes in its window");
        _must(revision == (p.reported ? p.revision + 1 : 0), "a report is exactly the next revision");
        _must(credit <= (k < burnInPeriods ? 0 : _shareUp(_feeOf(k), creditCap)), "credit <= cap");
        (p.reported, p.revision, p.credit, p.since) = (true, revision, credit, time);
    }

    function _onDisputed(Seat seat, bytes memory data) private {
        (uint256 k, uint256 credit, uint256 stake,,) =
            abi.decode(data, (uint256, uint256, uint256, bytes32, Measurement[]));
        Period storage p = history[k];
        _must(active && k == current && !p.resolved, "only the current period is disputed");
        if (!p.reported) {
            uint256 silentAt = _base(k) + reportWindow;
            _must(time >= silentAt, "nothing is disputed before there is something");
            (p.reported, p.revision, p.credit, p.since) = (true, 255, _silence(k), silentAt);
        }
        _must(time < p.since + disputeWindow, "a claim comes in its window");
        if (!p.disputed) {
            (p.disputed, p.since) = (true, time);
            disputes.push(k);
        }
        bool byClient = seat == Seat.Client;
        Offer storage offer = byClient ? p.client : p.provider;
        _must(!offer.made, "one claim a seat");
        _must(byClient ? credit > p.credit : credit < p.credit, "a claim is strictly on its side");
        uint256 difference = byClient ? credit - p.credit : p.credit - credit;
        _must(stake == _max(pledge, _shareUp(difference, pledgeShare)), "the pledge is the greater of the two");
        (offer.made, offer.credit, offer.pledge) = (true, credit, stake);
        staked += stake;
    }

    /// @dev While disputed: due + held part + lowest = fee.
    function _onSplit(bytes memory data) private {
        (uint256 k, uint256 credit, uint256 earned, uint256 held, uint256 fromBond, uint256 dueAt) =
            abi.decode(data, (uint256, uint256, uint256, uint256, uint256, uint256));
        Period storage p = history[k];
        _must(k == current && p.disputed && !p.split && !p.resolved, "a disputed period splits once");
        _must(dueAt == p.since + disputeWindow && dueAt <= time, "a split is due D after the first claim");
        uint256 full = _feeOf(k);
        uint256 left = termCreditCap - given;
        uint256 lowest = _min(p.provider.made ? p.provider.credit : p.credit, left);
        uint256 highest = _min(p.client.made ? p.client.credit : p.credit, left);
        p.agreed = lowest;
        p.held = _min(highest, full) - _min(lowest, full);
        p.due = full - _min(highest, full);
        p.fromBond = _min(lowest - _min(lowest, full), _bondNow());
        _must(held == p.held, "held is the difference of the fee shares");
        _must(earned == p.due && earned + held + _min(lowest, full) == full, "due + held part + lowest = fee");
        _must(fromBond == p.fromBond, "the bond pays what is above the fee");
        _must(credit == _min(lowest, full) + fromBond, "the agreed credit moves at the split");
        (p.split, current) = (true, current + 1);
        (dues, heldNow, drawn, given) = (dues + p.due, heldNow + p.held, drawn + fromBond, given + credit);
    }

    function _onPledgeMoved(uint256 k, Seat from, Seat to, uint256 amount) private {
        Period storage p = history[k];
        _must(p.disputed && !p.resolved, "a pledge moves when its dispute ends");
        bool providers = from == Seat.Provider;
        _must(amount == (providers ? p.provider.pledge : p.client.pledge), "a pledge moves whole");
        _must((providers ? p.providerPledgeTo : p.clientPledgeTo) == Seat.None, "a pledge moves once");
        if (providers) p.providerPledgeTo = to;
        else p.clientPledgeTo = to;
        if (to == Seat.Provider) stakesToProvider += amount;
        else stakesToClient += amount;
    }

    function _onRuled(bytes memory data) private {
        (uint256 k, Ruling ruling) = abi.decode(data, (uint256, Ruling));
        Period storage p = history[k];
        _must(!p.resolved && p.ruling == Ruling.None && ruling != Ruling.None, "a ruling is told once, before its result");
        p.ruling = ruling;
    }

    function _onBondDrawn(bytes memory data) private {
        (uint256 k, uint256 amount) = abi.decode(data, (uint256, uint256));
        Period storage p = history[k];
        _must(!p.resolved && p.bondGave == 0 && amount != 0, "what the bond gave is told once, before its result");
        p.bondGave = amount;
    }

    function _onFinal(bytes memory data) private {
        (uint256 k, uint256 credit, uint256 earned, uint256 dueAt) =
            abi.decode(data, (uint256, uint256, uint256, uint256));
        Period storage p = history[k];
        Ruling ruling = p.ruling;
        _must(active && !p.resolved && k < periods, "a period resolves once");
        p.resolved = true;
        bool byBoth = agreed.period == k + 1;
        _checkFinalTime(p, k, ruling, dueAt, byBoth);
        _checkPledges(p, byBoth ? Ruling.Declined : ruling);

        uint256 full = _feeOf(k);
        uint256 decided = byBoth ? agreed.credit : _decided(p, k, ruling);
        // What is left of the term's cap is taken as it is when the decision comes.
        uint256 total = p.agreed + _min(decided - p.agreed, termCreditCap - given);
        uint256 fromFee = _min(total, full);
        uint256 above = (total - fromFee) - (p.agreed - _min(p.agreed, full));
        uint256 more = _min(above, _bondNow());

        _must(earned == full - fromFee, "due + min(c, fee) = fee");
        _must(p.bondGave == p.fromBond + more, "taken from the bond = min(c - fee, bond then)");
        _must(credit == fromFee + p.bondGave, "a credit is what was really given");
        dues += full - fromFee - p.due;
        drawn += more;
        given += fromFee - _min(p.agreed, full) + more;
        heldNow -= p.held;
        _must(given <= termCreditCap, "credits given <= term cap");
        if (!p.split) ++current;
    }

    function _decided(Period storage p, uint256 k, Ruling ruling) private view returns (uint256) {
        if (ruling == Ruling.Provider) return p.provider.credit;
        if (ruling == Ruling.Client) return p.client.credit;
        return p.reported ? p.credit : _silence(k);
    }

    function _checkFinalTime(Period storage p, uint256 k, Ruling ruling, uint256 dueAt, bool byBoth) private view {
        if (byBoth) {
            _must(ruling == Ruling.None && dueAt == time, "what both agree on is final at once");
        } else if (p.split) {
            uint256 deadline = p.since + disputeWindow + rulingWindow;
            _must(ruling != Ruling.None && time >= p.since + disputeWindow, "a split period is ruled");
            _must(dueAt == time || (ruling == Ruling.Declined && dueAt == deadline), "a ruling is final at once");
            _must(dueAt <= deadline && dueAt <= time, "a dispute ends with the arbiter's time");
        } else {
            uint256 standingAt = p.reported ? p.since : _base(k) + reportWindow;
            _must(k == current && !p.disputed && ruling == Ruling.None, "undisputed periods end in their order");
            _must(dueAt == standingAt + disputeWindow && dueAt <= time, "an undisputed period is final D after its report");
        }
    }

    /// @dev A claimant that was not picked loses its pledge, a picked one gets it back; all go back when the report just
    /// stands.
    function _checkPledges(Period storage p, Ruling ruling) private view {
        bool back = ruling == Ruling.Declined;
        if (p.provider.pledge != 0) {
            Seat to = back || ruling == Ruling.Provider ? Seat.Provider : Seat.Client;
            _must(p.providerPledgeTo == to, "the provider's pledge goes where the ruling says");
        }
        if (p.client.pledge != 0) {
            Seat to = back || ruling == Ruling.Client ? Seat.Client : Seat.Provider;
            _must(p.clientPledgeTo == to, "the client's pledge goes where the ruling says");
        }
    }

    function _onClosed(bytes memory data) private {
        (uint256 amount, uint256 dueAt) = abi.decode(data, (uint256, uint256));
        _must(active && !closed && current == periods && heldNow == 0 && _pledges() == 0, "closed when all is resolved");
        _must(time >= end && dueAt >= end && dueAt <= time, "closed after the end");
        _must(amount == _bondNow(), "the bond is released whole");
        released += amount;
        closed = true;
    }
}
