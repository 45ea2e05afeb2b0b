#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

// The opcodes of pickles. Source: CPython, Lib/pickletools.py.
namespace trainer::weights::pickle {

// Those that a state dict in protocol 2 needs.
enum class Opcode : std::uint8_t {
  kMark = '(',
  kEmptyTuple = ')',
  kStop = '.',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
};

// The others, to be refused by name.
inline constexpr std::array<std::pair<std::uint8_t, std::string_view>, 36> kOtherOpcodes{
    {{'0', "POP"},
     {'1', "POP_MARK"},
     {'2', "DUP"},
     {'B', "BINBYTES"},
     {'C', "SHORT_BINBYTES"},
     {'F', "FLOAT"},
     {'I', "INT"},
     {'L', "LONG"},
     {'P', "PERSID"},
     {'S', "STRING"},
     {'T', "BINSTRING"},
     {'V', "UNICODE"},
     {'d', "DICT"},
     {'g', "GET"},
     {'i', "INST"},
     {'l', "LIST"},
     {'o', "OBJ"},
     {'p', "PUT"},
     {0x81, "NEWOBJ"},
     {0x82, "EXT1"},
     {0x83, "EXT2"},
     {0x84, "EXT4"},
     {0x8b, "LONG4"},
     {0x8c, "SHORT_BINUNICODE"},
     {0x8d, "BINUNICODE8"},
     {0x8e, "BINBYTES8"},
     {0x8f, "EMPTY_SET"},
     {0x90, "ADDITEMS"},
     {0x91, "FROZENSET"},
     {0x92, "NEWOBJ_EX"},
     {0x93, "STACK_GLOBAL"},
     {0x94, "MEMOIZE"},
     {0x95, "FRAME"},
     {0x96, "BYTEARRAY8"},
     {0x97, "NEXT_BUFFER"},
     {0x98, "READONLY_BUFFER"}}};

constexpr std::optional<std::string_view> name_of_other_opcode(std::uint8_t code) {
  const auto* found = std::find_if(kOtherOpcodes.begin(), kOtherOpcodes.end(),
                                   [&](const auto& each) { return each.first == code; });
  return found == kOtherOpcodes.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace trainer::weights::pickle
