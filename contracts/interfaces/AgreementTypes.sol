// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// The words of the agreement. Shares are parts per billion (1e9 = 100 %), money is whole units of the token, times are
// UTC seconds, counts are whole units of an indicator. An enum's zero is `None`, then the order of the life cycle.

/// @notice The two sides of an agreement.
enum Seat {
    None,
    Provider,
    Client
}

/// @notice Where an agreement stands. Derived from the clock and the acceptances, never stored.
enum Phase {
    None,
    Draft, // before `start`, at least one acceptance missing
    Active, // both acceptances stood before `start`, money or a dispute is still open
    Closed, // the end is past, every period is resolved, the bond is released
    Lapsed // `start` came without both acceptances

}

/// @notice Where the first unresolved period stands.
enum Stage {
    None, // no unresolved period is left, or the agreement is not active
    Running, // not over yet (a cut last period: its report window has not opened)
    Awaiting, // over, no report yet
    Reported, // a report, or silence, stands and may be disputed
    Disputed // a claim was made, the other seat may answer

}

/// @notice How a party leaves.
enum Exit {
    None,
    Notice, // either party: after `noticePeriods` more periods
    ChronicFailure, // the client, under a chronic right: at once
    BondShort, // the client, when the bond stayed short for `fundingGrace`: at once
    NonPayment // the provider, when fees are not covered: at once

}

/// @notice What an arbiter says. It never names an amount.
enum Ruling {
    None,
    Report,
    Provider,
    Client,
    Declined
}

/// @notice What two keys can agree on.
enum ConsentKind {
    None,
    Credit,
    Oracle,
    Arbiter,
    End
}

/// @notice What an indicator counts.
enum Unit {
    None,
    Seconds,
    Probes,
    Tickets,
    Packets,
    Days
}

/// @notice How excluded units enter the count of an indicator.
enum Mode {
    None,
    Count, // not seconds: totals are what happened, exclusions are for information
    DowntimeOnly, // seconds: total = instances * length, bad + excluded <= total
    Denominator // seconds: total + excluded = instances * length

}

/// @notice When a tier triggers. Ratio tests compare good/total with a share, count tests the bad units with a number.
enum Test {
    None,
    Below, // good share <  threshold (ppb)
    AtMost, // good share <= threshold (ppb)
    MoreThan, // bad >  threshold (units)
    AtLeast // bad >= threshold (units)

}

/// @notice How the credits of several objectives combine.
enum Combination {
    None,
    Sum,
    Greatest
}

/// @notice What was counted in one period for one indicator.
struct Measurement {
    uint64 total;
    uint64 bad;
    uint64 excluded;
}

/// @notice What a report counts.
struct Indicator {
    uint16 id; // chosen by the parties, unique within the agreement; the document says what it means
    Unit unit;
    Mode mode;
    uint32 instances; // seconds: how many things are counted side by side; otherwise 1
    uint64 excludedCap; // most units a full period may exclude; scaled down in a shorter period
}

/// @notice One line of a credit table.
struct Tier {
    Test test;
    bool proportional; // `credit` times the bad share; then `per` is 0
    uint64 threshold; // ppb for ratio tests, units for count tests
    uint40 credit; // ppb of the fee
    uint64 per; // 0: flat; else `credit` for each step past the threshold, in ppb or units like `threshold`
}

/// @notice A promise about one indicator: its greatest triggered tier is its credit.
struct Objective {
    uint8 indicator; // index into `indicators`
    Tier[] tiers;
}

/// @notice `count` bad periods within any `window` consecutive ones let the client leave at once.
struct ChronicRule {
    uint8 count;
    uint8 window;
    uint40 leastShare; // ppb of the fee from which a credit counts
}

/// @notice Everything the parties agreed on. Immutable once the agreement exists.
struct Terms {
    address provider;
    address client;
    address oracle;
    address arbiter;
    address token;
    uint96 fee; // per full period
    uint96 bond; // the provider's collateral; may be 0
    uint96 pledge; // least stake of a claim
    uint96 termCreditCap; // most credit over the whole term, an amount
    bytes32 document; // salted hash of the human-readable agreement
    uint40 pledgeShare; // ppb of the disputed difference
    uint40 creditCap; // ppb of a period's fee; above 100 % the bond pays
    uint40 silenceCredit; // ppb of the fee when no report comes
    uint40 anchor; // boundaries are addMonths(anchor, k * periodMonths)
    uint40 start; // anchor <= start < first boundary after the anchor
    uint32 reportWindow; // R, seconds
    uint32 disputeWindow; // D, seconds
    uint32 rulingWindow; // W, seconds
    uint32 fundingGrace; // seconds
    uint8 periodMonths; // 1, 3 or 12
    uint8 periods;
    uint8 noticePeriods;
    uint8 burnInPeriods; // the first periods, in which every credit is 0
    Combination combination;
    Indicator[] indicators;
    ChronicRule[] chronic;
    Objective[] objectives;
}

/// @notice Something both parties must say alike. Fields its kind does not use are zero.
struct Consent {
    ConsentKind kind;
    uint8 period; // Credit
    uint8 revision; // Credit: the revision the parties saw, 255 for silence
    uint96 credit; // Credit: money
    address account; // Oracle, Arbiter
    uint40 end; // End
}

/// @notice One seat's counter-claim in a dispute.
struct Claim {
    uint256 credit; // money, after the period's cap
    uint256 pledge;
    uint256 chronicBits; // bit r: the credit reaches chronic rule r's least share
    uint256 claimedAt; // 0: no claim was made
}

/// @notice A disputed period, until it is resolved. After that its events tell what happened, and all is zero here.
struct Dispute {
    Claim provider;
    Claim client;
    uint256 disputedAt; // d, the first claim; 0: never disputed
    uint256 revision; // of the report, 255 for silence
    uint256 reportCredit;
    uint256 reportBits;
    bool isOpen; // split: what all offers agree on has moved, the rest is held and awaits the ruling
    uint256 agreedCredit; // the lowest offer, after the term cap; given at the split
    uint256 held; // the difference between the highest and the lowest fee share
}

/// @notice An agreement as of now: all that is due is settled, in memory where nobody did it on chain yet.
struct State {
    Phase phase;
    bool providerAccepted;
    bool clientAccepted;
    address provider;
    address client;
    address oracle;
    address arbiter;
    uint256 balance; // M, the client's
    uint256 earnings; // P, the provider's
    uint256 bond; // B
    uint256 pledges; // Q
    uint256 owed;
    uint256 held;
    uint256 unabsorbed; // token balance beyond M + P + B + Q
    uint256 committed; // what `withdraw` leaves in M
    uint256 withdrawable; // what `withdraw` pays at most, unabsorbed tokens included
    uint256 creditsGiven; // counts against termCreditCap
    uint256 period; // first unresolved period; equals `periods` when none is left
    uint256 periods; // number of periods, after any termination
    uint256 end;
    Stage stage;
    uint256 revision; // of the standing report, 255 for silence
    uint256 reportedAt; // t, while `stage` is Reported
    uint256 credit; // of the standing report, money
    uint256 disputedAt; // d, while `stage` is Disputed
    uint256 openDisputes; // bit k: period k is split and awaits its ruling
    uint256 leaveUntil; // the client may leave at once before this time; 0: no chronic right
    uint256 bondShortSince; // 0: whole
}
