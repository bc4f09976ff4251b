// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Terms, Tier} from "../../contracts/interfaces/AgreementTypes.sol";
import {Months} from "../../contracts/libraries/Months.sol";
import {PackedTerms, TermsCodec} from "../../contracts/libraries/TermsCodec.sol";
import {ArbitraryTerms} from "./ArbitraryTerms.sol";

contract TermsCodecTest is ArbitraryTerms {
    function testFuzzTermsComeBackAsTheyWere(uint256 seed) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        Terms memory back = TermsCodec.decode(TermsCodec.encode(x));
        assert(keccak256(abi.encode(back)) == keccak256(abi.encode(x)));
    }

    /// Whatever byte is changed: the bytes are refused, or mean other terms.
    function testFuzzDifferentBytesAreDifferentTerms(uint256 seed, uint256 place, uint8 change) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        bytes memory data = TermsCodec.encode(x);
        bytes1 mask = bytes1(uint8(_clamp(change, 1, 255)));
        data[place % data.length] ^= mask;
        try this.decode(data) returns (Terms memory other) {
            assert(keccak256(TermsCodec.encode(other)) == keccak256(data));
            assert(keccak256(abi.encode(other)) != keccak256(abi.encode(x)));
        } catch {}
    }

    /// What could be written in two ways is taken in one only: other bytes would have another hash.
    function testFuzzAnAnchorOutsideOfItsMonthIsRefused(uint256 seed, uint16 month, uint24 since) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        bytes memory data = TermsCodec.encode(x);
        (uint256 of_,) = t.anchorAt();
        uint256 length = Months.start(of_ + 1) - Months.start(of_);
        since = uint24(_clamp(since, length, type(uint24).max));
        _put(data, 197, abi.encodePacked(since));
        assert(_isNotCanonical(data, "anchor", since));
        month = uint16(_clamp(month, 0, Months.EPOCH - 1));
        _put(data, 195, abi.encodePacked(month));
        assert(_isNotCanonical(data, "month", month));
    }

    function testFuzzAStepOfNothingIsRefused(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        Tier memory tier = x.objectives[0].tiers[0];
        (tier.proportional, tier.per) = (false, 1);
        bytes memory data = TermsCodec.encode(x);
        uint256 place = t.objectivesAt() + TermsCodec.OBJECTIVE + 14;
        assert(uint8(data[place + 7]) == 1);
        data[place + 7] = 0;
        assert(_isNotCanonical(data, "per", 0));
    }

    function testFuzzBytesOfAnotherLengthAreRefused(uint256 seed, uint256 length, bytes calldata tail) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        bytes memory data = TermsCodec.encode(x);
        bytes memory shorter = new bytes(length % data.length);
        for (uint256 i; i < shorter.length; ++i) {
            shorter[i] = data[i];
        }
        assert(_isRefused(shorter));
        assert(tail.length == 0 || _isRefused(bytes.concat(data, tail)));
    }

    function testFuzzOneValueIsReadAsTheWholeHasIt(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        assert(t.provider() == x.provider && t.client() == x.client && t.token() == x.token);
        assert(t.fee() == x.fee && t.bond() == x.bond && t.termCreditCap() == x.termCreditCap);
        assert(t.start() == x.start && t.rulingWindow() == x.rulingWindow && t.periods() == x.periods);
        assert(t.hash() == keccak256(TermsCodec.encode(x)));
    }

    function decode(bytes calldata data) external pure returns (Terms memory) {
        return TermsCodec.decode(data);
    }

    function _put(bytes memory data, uint256 place, bytes memory value) private pure {
        for (uint256 i; i < value.length; ++i) {
            data[place + i] = value[i];
        }
    }

    function _isNotCanonical(bytes memory data, bytes32 what, uint256 actual) private view returns (bool) {
        bytes memory expected = abi.encodeWithSelector(TermsCodec.NotCanonical.selector, what, actual);
        try this.decode(data) {
            return false;
        } catch (bytes memory reason) {
            return keccak256(reason) == keccak256(expected);
        }
    }

    function _isRefused(bytes memory data) private view returns (bool) {
        try this.decode(data) {
            return false;
        } catch {
            return true;
        }
    }
}
