#include "weights/pytorch_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/error.hpp"
#include "support/directories.hpp"
#include "support/hub/hub_server.hpp"
#include "trainer/weights/pickles.hpp"
#include "trainer/weights/zips.hpp"
#include "weights/safetensors.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::weights {
namespace {

using namespace test;
using test_support::read_file;
using test_support::TempDirectory;
using test_support::write_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::filesystem::path kGolden =
    std::filesystem::path(TRACKER_SOURCE_DIR) / "tests/golden/checkpoints";

std::vector<std::byte> elements(const TensorView& view) {
  std::vector<std::byte> out(*byte_count(view.dtype, view.shape));
  copy_row_major(view, out);
  return out;
}

std::string pytorch_refusal(const std::string& file, ErrorCode code = ErrorCode::kInvalidInput) {
  try {
    read_pytorch(bytes_of(file), "m.bin");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), AllOf(HasSubstr("m.bin"), Not(HasSubstr("\n"))));
    return error.what();
  }
  return "accepted";
}
std::string refused_tensor(const TensorProgram& tensor) {
  return pytorch_refusal(stream_of(dict_of("w", op_tensor(tensor)), 6));
}

class PytorchFileTest : public testing::TestWithParam<const char*> {};

TEST_P(PytorchFileTest, what_torch_saved_is_read_as_safetensors_has_it) {
  const TensorFiles read = TensorFiles::open_pytorch(kGolden / GetParam());
  const TensorFiles expected = TensorFiles::open_safetensors(kGolden / "expected.safetensors");
  ASSERT_EQ(read.tensors().size(), expected.tensors().size());
  for (const auto& [name, view] : expected.tensors()) {
    const TensorView& found = read.tensors().at(name);
    EXPECT_EQ(found.dtype, view.dtype) << name;
    EXPECT_EQ(found.shape, view.shape) << name;
    EXPECT_EQ(elements(found), elements(view)) << name;
  }
}

TEST_P(PytorchFileTest, tensors_that_share_a_storage_are_views_of_the_same_bytes) {
  const TensorFiles read = TensorFiles::open_pytorch(kGolden / GetParam());
  const TensorView& whole = read.tensors().at("tied.whole");
  EXPECT_EQ(read.tensors().at("tied.again").data.data(), whole.data.data());
  EXPECT_EQ(read.tensors().at("view.part").data.data(), whole.data.data() + 5 * sizeof(float));
  EXPECT_TRUE(read.tensors().at("view.matrix").strides.empty());
  EXPECT_EQ(read.tensors().at("view.transposed").strides, (std::vector<std::int64_t>{1, 6}));
}

TEST_P(PytorchFileTest, every_prefix_is_refused) {
  const std::string whole = read_file(kGolden / GetParam());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(pytorch_refusal(whole.substr(0, size)), "accepted") << size;
  }
  EXPECT_NE(pytorch_refusal(whole + "x"), "accepted");
}

INSTANTIATE_TEST_SUITE_P(Formats, PytorchFileTest, testing::Values("zip.bin", "stream.bin"),
                         [](const auto& format) {
                           const std::string name = format.param;
                           return name.substr(0, name.find('.'));
                         });

TEST(PytorchFile, a_tensor_made_by_hand_is_read) {
  const std::string file = stream_of(dict_of("w", op_tensor()), 6);
  const auto tensors = read_pytorch(bytes_of(file), "m.bin");
  ASSERT_EQ(tensors.size(), 1U);
  EXPECT_EQ(tensors[0].view.shape, (std::vector<std::int64_t>{2, 3}));
}

TEST(PytorchFile, elements_outside_the_storage_are_refused) {
  EXPECT_THAT(refused_tensor({.begin = 1}), HasSubstr("outside its storage of 6"));
  EXPECT_THAT(refused_tensor({.begin = INT64_MAX}), HasSubstr("outside its storage"));
  EXPECT_THAT(refused_tensor({.shape = op_int(3) + op_int(3)}), HasSubstr("outside its storage"));
  EXPECT_THAT(refused_tensor({.strides = op_int(4) + op_int(1)}), HasSubstr("outside its storage"));
  EXPECT_THAT(refused_tensor({.begin = -1}), HasSubstr("an offset that is none"));
  EXPECT_THAT(refused_tensor({.strides = op_int(-3) + op_int(1)}), HasSubstr("that is none"));
}

TEST(PytorchFile, sizes_that_overflow_are_refused) {
  const std::int64_t huge = std::int64_t{1} << 62;
  EXPECT_THAT(refused_tensor({.shape = op_int(huge) + op_int(3)}),
              HasSubstr("its shape cannot be"));
  EXPECT_THAT(refused_tensor({.shape = op_int(INT64_MAX), .strides = op_int(0)}),
              HasSubstr("its shape cannot be"));
  EXPECT_THAT(refused_tensor({.shape = op_int(huge / 2), .strides = op_int(0)}),
              HasSubstr("its shape cannot be"));
  EXPECT_THAT(refused_tensor({.strides = op_int(huge) + op_int(huge)}),
              HasSubstr("outside its storage"));
  EXPECT_THAT(refused_tensor({.shape = op_int(1'000'000) + op_int(1),
                              .strides = op_int(INT64_MAX) + op_int(1)}),
              HasSubstr("its strides cannot be"));
  EXPECT_THAT(refused_tensor({.numel = INT64_MAX}), HasSubstr("is cut short"));
}

TEST(PytorchFile, a_shape_of_more_bytes_than_the_file_is_refused) {
  const auto repeated = [](std::int64_t rows) {
    const TensorProgram tensor{.shape = op_int(rows) + op_int(3), .strides = op_int(0) + op_int(1)};
    return stream_of(dict_of("w", op_tensor(tensor)), 6);
  };
  const std::string few = repeated(4);
  EXPECT_EQ(elements(read_pytorch(bytes_of(few), "m.bin").at(0).view).size(), 48U);
  EXPECT_THAT(pytorch_refusal(repeated(1'000'000'000)),
              HasSubstr("'w': its shape has more bytes than the whole file's"));
}

TEST(PytorchFile, many_tensors_of_one_storage_are_refused) {
  const TensorProgram tensor{.shape = op_int(150) + op_int(3), .strides = op_int(0) + op_int(1)};
  const auto names = [&](int count) {
    std::string dict = "}";
    for (int i = 0; i < count; ++i) dict += op_text(std::to_string(i)) + op_tensor(tensor) + "s";
    return stream_of(dict, 400);
  };
  const std::string tied = names(2);
  EXPECT_EQ(read_pytorch(bytes_of(tied), "m.bin").size(), 2U);
  EXPECT_THAT(pytorch_refusal(names(12)),
              HasSubstr("its tensors have more than 4 times the whole file's"));
}

TEST(PytorchFile, a_storage_that_is_not_there_is_named) {
  EXPECT_THAT(refused_tensor({.numel = 7}),
              HasSubstr("its storage '0' of 7 elements is cut short"));
  EXPECT_NE(refused_tensor({.key = "1"}), "accepted");
  EXPECT_NE(refused_tensor({.type = "DoubleStorage", .numel = 6}), "accepted");
}

TEST(PytorchFile, a_view_of_a_storage_is_part_of_it) {
  const auto view = [](std::int64_t begin, std::int64_t numel) {
    return op_tuple(op_text("v") + op_int(begin) + op_int(numel));
  };
  const TensorProgram two{.shape = op_int(2), .strides = op_int(1), .view = view(4, 2)};
  const std::string file = stream_of(dict_of("w", op_tensor(two)), 6);
  const auto tensors = read_pytorch(bytes_of(file), "m.bin");
  EXPECT_EQ(tensors[0].view.data.data() + 8, bytes_of(file).data() + file.size());
  EXPECT_THAT(refused_tensor({.shape = op_int(2), .strides = op_int(1), .view = view(5, 2)}),
              HasSubstr("part of a smaller one"));
  EXPECT_THAT(refused_tensor({.shape = op_int(3), .strides = op_int(1), .view = view(4, 2)}),
              HasSubstr("outside its storage of 2"));
}

TEST(PytorchFile, what_is_no_state_dict_is_said_so) {
  EXPECT_THAT(pytorch_refusal(stream_of("N", 0)), HasSubstr("holds no dict of tensors"));
  EXPECT_THAT(pytorch_refusal(stream_of(dict_of("epoch", "K\x01"), 0)),
              HasSubstr("tensor 'epoch': not a tensor"));
  EXPECT_THAT(pytorch_refusal(stream_of("}K\x01" + op_tensor() + "s", 6)), HasSubstr("is no text"));
  EXPECT_THAT(pytorch_refusal(stream_of(
                  "}(" + op_text("w") + op_tensor() + op_text("w") + op_tensor() + "u", 6)),
              HasSubstr("'w': its name is there twice"));
}

TEST(PytorchFile, code_in_a_file_is_refused_before_anything_else) {
  EXPECT_THAT(pytorch_refusal(stream_of(op_global("os", "system") + op_text("true") + "\x85R", 0),
                              ErrorCode::kUnsupported),
              HasSubstr("this file wants to run code: os.system"));
}

TEST(PytorchFile, other_files_are_told_apart) {
  EXPECT_THAT(pytorch_refusal("version https://git-lfs.github.com/spec/v1\n"),
              HasSubstr("none of torch.save's two formats"));
  EXPECT_THAT(pytorch_refusal(""), HasSubstr("(0 bytes)"));
}

TEST(PytorchFile, a_big_endian_stream_is_refused) {
  std::string file = stream_of(dict_of("w", op_tensor()), 6);
  file[file.find('\x88')] = '\x89';
  EXPECT_THAT(pytorch_refusal(file), HasSubstr("not little-endian"));
}

TEST(PytorchFile, a_storage_of_two_types_is_refused) {
  EXPECT_THAT(pytorch_refusal(stream_of("}(" + op_text("v") + op_tensor() + op_text("w") +
                                            op_tensor({.type = "HalfStorage"}) + "u",
                                        6)),
              HasSubstr("'w': its storage is of two types"));
}

TEST(PytorchFile, what_else_a_zip_holds_is_looked_at) {
  const std::string pickle = pickle_of(dict_of("w", op_tensor()));
  const ZipMember storage{"r/data/0", std::string(24, '\0')};
  const auto with = [&](const ZipMember& more) {
    return zip_of({{"r/data.pkl", pickle}, storage, more});
  };
  const std::string fine = with({"r/byteorder", "little"});
  EXPECT_EQ(read_pytorch(bytes_of(fine), "m.bin").size(), 1U);
  EXPECT_THAT(pytorch_refusal(with({"r/byteorder", "big"})), HasSubstr("not little-endian"));
  EXPECT_THAT(pytorch_refusal(with({"r/constants.pkl", ""}), ErrorCode::kUnsupported),
              HasSubstr("TorchScript"));
  EXPECT_THAT(pytorch_refusal(zip_of({{"r/data.pkl", pickle + "x"}, storage})),
              HasSubstr("left over behind its pickle"));
  EXPECT_THAT(pytorch_refusal(zip_of({storage})), HasSubstr("torch.save did not write"));
  EXPECT_THAT(pytorch_refusal(zip_of({{"r/data.pkl", pickle}})),
              HasSubstr("its storage '0' of 6 elements is not there"));
}

class PytorchShardTest : public testing::Test {
 protected:
  void shard(const std::string& file, const std::string& tensor) {
    write_file(folder_.path() / file, stream_of(dict_of(tensor, op_tensor()), 6));
  }
  void index(const std::string& map) {
    write_file(folder_.path() / "pytorch_model.bin.index.json", R"({"weight_map": )" + map + "}");
  }
  TempDirectory folder_;
};

TEST_F(PytorchShardTest, shards_are_seen_as_one) {
  shard("1.bin", "a");
  shard("2.bin", "b");
  index(R"({"a": "1.bin", "b": "2.bin"})");
  EXPECT_EQ(TensorFiles::open_model(folder_.path()).tensors().size(), 2U);
}

TEST_F(PytorchShardTest, a_missing_shard_is_named) {
  shard("1.bin", "a");
  index(R"({"a": "1.bin", "b": "2.bin"})");
  try {
    TensorFiles::open_model(folder_.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("2.bin is not there"),
                                    HasSubstr("pytorch_model.bin.index.json names it")));
  }
}

TEST_F(PytorchShardTest, a_shard_elsewhere_is_refused) {
  for (const char* file : {"sub/1.bin", "../1.bin", "/1.bin"}) {
    index(std::string(R"({"a": ")") + file + "\"}");
    try {
      TensorFiles::open_model(folder_.path());
      ADD_FAILURE() << file;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("'a' is not in a file beside the index"));
    }
  }
}

TEST_F(PytorchShardTest, safetensors_win_over_pytorch_model_bin) {
  write_file(folder_.path() / "pytorch_model.bin", "nonsense");
  const float value = 1;
  write_safetensors(folder_.path() / "model.safetensors",
                    {{"w", {DType::kF32, {1}, std::as_bytes(std::span(&value, 1))}}}, {});
  EXPECT_EQ(TensorFiles::open_model(folder_.path()).tensors().size(), 1U);
}

}  // namespace
}  // namespace trainer::weights
