#include "weights/pickle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/error.hpp"
#include "trainer/weights/pickles.hpp"

namespace trainer::weights::pickle {
namespace {

using namespace weights::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Pickle read_program(const std::string& program) {
  return read(bytes_of(pickle_of(program)), "m.bin");
}

std::string refusal(const std::string& bytes, ErrorCode code = ErrorCode::kInvalidInput) {
  try {
    read(bytes_of(bytes), "m.bin");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), AllOf(HasSubstr("m.bin"), Not(HasSubstr("\n"))));
    return error.what();
  }
  return "accepted";
}
std::string refused_program(const std::string& program, ErrorCode code = ErrorCode::kInvalidInput) {
  return refusal(pickle_of(program), code);
}

TEST(Pickle, integers_of_all_widths_are_read) {
  const auto value = [](const std::string& program) {
    const std::string bytes = pickle_of(program);
    const Pickle pickle = read(bytes_of(bytes), "m.bin");
    return std::get<std::int64_t>(pickle.values[pickle.root]);
  };
  EXPECT_EQ(value("K\xff"), 255);
  EXPECT_EQ(value("M\x01\xff"), 65281);
  EXPECT_EQ(value("J" + little(std::int32_t{-5})), -5);
  EXPECT_EQ(value(std::string("\x8a\0", 2)), 0);
  EXPECT_EQ(value("\x8a\x01\xff"), -1);
  EXPECT_EQ(value("\x8a\x02\xff\x7f"), 32767);
  EXPECT_EQ(value(op_int(INT64_MIN)), INT64_MIN);
}

TEST(Pickle, an_ordered_dict_is_a_dict_whose_attributes_are_left_out) {
  const Pickle pickle =
      read_program(op_global("collections", "OrderedDict") + ")R(" + op_text("a") + "Nu}b");
  EXPECT_EQ(std::get<Dict>(pickle.values[pickle.root]).items.size(), 1U);
}

TEST(Pickle, a_memorised_value_is_the_same_value) {
  const Pickle pickle = read_program("(]q\x07h\x07t");
  const auto& tuple = std::get<Tuple>(pickle.values[pickle.root]);
  ASSERT_EQ(tuple.items.size(), 2U);
  EXPECT_EQ(tuple.items[0], tuple.items[1]);
}

TEST(Pickle, the_size_read_ends_at_stop) {
  const std::string bytes = pickle_of("N");
  EXPECT_EQ(read(bytes_of(bytes + "rest"), "m.bin").size, bytes.size());
}

TEST(Pickle, every_other_global_is_refused_by_name) {
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"os", "system"},
                                                        {"posix", "system"},
                                                        {"builtins", "eval"},
                                                        {"__builtin__", "exec"},
                                                        {"torch", "load"},
                                                        {"torch._utils", "_rebuild_sparse_tensor"},
                                                        {"torch.storage", "_load_from_bytes"},
                                                        {"collections", "OrderedDict.__init__"},
                                                        {"", "torch._utils._rebuild_tensor_v2"},
                                                        {"numpy.core.multiarray", "scalar"}}) {
    EXPECT_THAT(refused_program(op_global(module, name) + "N\x85R", ErrorCode::kUnsupported),
                HasSubstr("this file wants to run code: " + module + "." + name))
        << module;
  }
}

TEST(Pickle, a_hostile_name_stays_on_one_line) {
  EXPECT_THAT(refused_program(op_global("os\x1b[2J", "system"), ErrorCode::kUnsupported),
              HasSubstr("os?[2J.system"));
}

TEST(Pickle, opcodes_that_no_state_dict_needs_are_refused_by_name) {
  EXPECT_THAT(refused_program("(ios\nsystem\n", ErrorCode::kUnsupported),
              HasSubstr("run code: pickle opcode INST"));
  EXPECT_THAT(refused_program(")\x81", ErrorCode::kUnsupported), HasSubstr("NEWOBJ"));
  EXPECT_THAT(refused_program("N2", ErrorCode::kUnsupported), HasSubstr("DUP"));
  EXPECT_THAT(refused_program("\x82\x01", ErrorCode::kUnsupported), HasSubstr("EXT1"));
  EXPECT_THAT(refused_program("\xff"), HasSubstr("0xff is no opcode"));
}

TEST(Pickle, only_the_known_functions_are_taken_as_calls) {
  EXPECT_THAT(refused_program("N)R"), HasSubstr("a call of what is no function"));
  EXPECT_THAT(refused_program(op_global("torch", "FloatStorage") + ")R"),
              HasSubstr("a call of a storage's type"));
  EXPECT_THAT(refused_program(op_global("collections", "OrderedDict") + "N\x85R"),
              HasSubstr("an OrderedDict of arguments"));
  EXPECT_THAT(refused_program("]}b"), HasSubstr("no dict"));
}

TEST(Pickle, every_prefix_is_refused) {
  const std::string good = pickle_of(dict_of("w", op_tensor()));
  read(bytes_of(good), "m.bin");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(refusal(good.substr(0, size)), "accepted") << size;
  }
}

TEST(Pickle, a_broken_stack_is_refused) {
  for (const std::string& program : std::vector<std::string>{
           "", "\x85", "\x86N", "t", "u", "e", "NNs", "(t(", "NN", "}(Nu", "]a", "Q", "b", "R",
           "q\x01", "h\x01", "j\1\2\3\4", "(N", "}(NNNu"}) {
    EXPECT_NE(refused_program(program), "accepted") << testing::PrintToString(program);
  }
}

TEST(Pickle, another_protocol_is_refused) {
  EXPECT_THAT(refusal("\x80\x04N."), HasSubstr("protocol 2"));
}

TEST(Pickle, more_values_than_can_be_meant_are_refused) {
  EXPECT_THAT(refused_program("(" + std::string(kMaxValues + 1, 'N') + "t"),
              HasSubstr("too many values"));
  EXPECT_THAT(refused_program(std::string(kMaxValues + 1, '(')), HasSubstr("too many values"));
  std::string again = "Nq" + std::string(1, '\0') + "(";
  for (std::size_t i = 0; i < kMaxValues; ++i) again.append("h\0", 2);
  EXPECT_THAT(refused_program(again + "t"), HasSubstr("too many values"));
}

TEST(Pickle, a_dict_that_holds_itself_is_only_data) {
  const Pickle pickle = read_program("}q\x01(" + op_text("self") + "h\x01u");
  EXPECT_EQ(std::get<Dict>(pickle.values[pickle.root]).items[0].second, pickle.root);
}

}  // namespace
}  // namespace trainer::weights::pickle
