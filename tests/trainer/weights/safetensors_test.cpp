#include "weights/safetensors.hpp"

#include <sys/resource.h>

#include <array>
#include <csignal>

#include "trainer/hub/hub_fixture.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::weights {
namespace {

using hub::noise;
using test_support::read_file;
using test_support::TempDirectory;
using test_support::write_file;
using testing::HasSubstr;

// Tensors of every dtype, one of them empty and one without dimensions, over bytes that live as
// long as this.
class Samples {
 public:
  Samples() {
    const std::array<DType, 10> all{DType::kBool, DType::kU8,  DType::kI8,  DType::kI16,
                                    DType::kI32,  DType::kI64, DType::kF16, DType::kBF16,
                                    DType::kF32,  DType::kF64};
    for (const DType dtype : all) {
      const std::string name(name_of(dtype));
      tensors_["t." + name] = {dtype, {2, 3}, bytes(6 * size_of(dtype))};
      tensors_["empty." + name] = {dtype, {0, 3}, {}};
      tensors_["scalar." + name] = {dtype, {}, bytes(size_of(dtype))};
    }
  }
  const std::map<std::string, TensorView>& tensors() const { return tensors_; }

 private:
  std::span<const std::byte> bytes(std::size_t size) const {
    return std::as_bytes(std::span(noise_)).subspan(0, size);
  }
  std::string noise_ = noise(64);
  std::map<std::string, TensorView> tensors_;
};

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Safetensors, what_is_written_is_read_back) {
  const TempDirectory folder;
  const Samples samples;
  const auto file = folder.path() / "m.safetensors";
  write_safetensors(file, samples.tensors(), {{"format", "pt"}});
  const TensorFiles read = TensorFiles::open_safetensors(file);
  EXPECT_EQ(read.metadata().at("format"), "pt");
  ASSERT_EQ(read.tensors().size(), samples.tensors().size());
  for (const auto& [name, view] : samples.tensors()) {
    const TensorView& back = read.tensors().at(name);
    EXPECT_EQ(back.dtype, view.dtype) << name;
    EXPECT_EQ(back.shape, view.shape) << name;
    EXPECT_TRUE(std::equal(back.data.begin(), back.data.end(), view.data.begin(), view.data.end()))
        << name;
  }
}

TEST(Safetensors, the_same_tensors_give_the_same_bytes_and_replace_the_old_file) {
  const TempDirectory folder;
  const Samples samples;
  const auto file = folder.path() / "m.safetensors";
  write_file(file, "old");
  write_safetensors(file, samples.tensors(), {});
  const std::string first = read_file(file);
  write_safetensors(file, samples.tensors(), {});
  EXPECT_EQ(read_file(file), first);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Safetensors, a_mapping_outlives_the_move_of_its_owner_and_the_name_of_its_file) {
  const TempDirectory folder;
  const Samples samples;
  const auto file = folder.path() / "m.safetensors";
  write_safetensors(file, samples.tensors(), {});
  TensorFiles first = TensorFiles::open_safetensors(file);
  const TensorFiles moved = std::move(first);
  std::filesystem::remove(file);
  EXPECT_EQ(moved.tensors().at("t.U8").data.size(), 6U);
}

TEST(Safetensors, a_full_disk_leaves_nothing_behind) {
  const TempDirectory folder;
  const auto file = folder.path() / "m.safetensors";
  const std::string data = noise(100'000);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{.rlim_cur = 50'000, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const std::string words = message_of([&] {
    write_safetensors(file, {{"w", {DType::kU8, {100'000}, std::as_bytes(std::span(data))}}}, {});
  });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, previous);
  EXPECT_THAT(words, testing::AllOf(HasSubstr("m.safetensors"), HasSubstr("cannot be written"),
                                    HasSubstr("make room")));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, a_view_whose_bytes_are_not_its_shape_is_not_written) {
  const TempDirectory folder;
  const std::string data(7, 'x');
  EXPECT_THAT(message_of([&] {
                write_safetensors(folder.path() / "m",
                                  {{"w", {DType::kF32, {2}, std::as_bytes(std::span(data))}}}, {});
              }),
              HasSubstr("'w' has 7 bytes"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, files_that_cannot_be_mapped_are_named) {
  const TempDirectory folder;
  EXPECT_THAT(message_of([&] { TensorFiles::open_safetensors(folder.path() / "none"); }),
              HasSubstr("none: cannot be opened"));
  EXPECT_THAT(message_of([&] { TensorFiles::open_safetensors(folder.path()); }),
              HasSubstr("not a file"));
  write_file(folder.path() / "empty", "");
  EXPECT_THAT(message_of([&] { TensorFiles::open_safetensors(folder.path() / "empty"); }),
              HasSubstr("cut short: 0 bytes"));
  EXPECT_THAT(message_of([&] { TensorFiles::open_model(folder.path()); }),
              HasSubstr("neither model.safetensors nor"));
}

class ShardTest : public testing::Test {
 protected:
  void shard(const std::string& file, const std::string& tensor) {
    write_safetensors(folder_.path() / file,
                      {{tensor, {DType::kU8, {3}, std::as_bytes(std::span(data_))}}}, {});
  }
  void index(const std::string& map) {
    write_file(folder_.path() / "model.safetensors.index.json",
               R"({"metadata": {}, "weight_map": )" + map + "}");
  }
  std::string refused() {
    return message_of([&] { TensorFiles::open_model(folder_.path()); });
  }
  TempDirectory folder_;
  std::string data_ = "abc";
};

TEST_F(ShardTest, shards_are_seen_as_one) {
  shard("1.safetensors", "a");
  shard("2.safetensors", "b");
  index(R"({"a": "1.safetensors", "b": "2.safetensors"})");
  EXPECT_EQ(TensorFiles::open_model(folder_.path()).tensors().size(), 2U);
}

TEST_F(ShardTest, an_index_that_lies_is_refused) {
  shard("1.safetensors", "a");
  shard("2.safetensors", "a");
  index(R"({"a": "1.safetensors", "b": "1.safetensors"})");
  EXPECT_THAT(refused(), HasSubstr("tensor 'b' is not in 1.safetensors"));
  index(R"({"a": "1.safetensors", "b": "2.safetensors"})");
  EXPECT_THAT(refused(), HasSubstr("'a' is in another shard too"));
  index(R"({"a": "../1.safetensors"})");
  EXPECT_THAT(refused(), HasSubstr("not in a file beside"));
  index(R"({"a": 1})");
  EXPECT_THAT(refused(), HasSubstr("not in a file beside"));
  index("{}");
  EXPECT_THAT(refused(), HasSubstr("'weight_map' is missing or empty"));
  index(R"({"a": "3.safetensors"})");
  EXPECT_THAT(refused(), HasSubstr("3.safetensors is not there"));
}

}  // namespace
}  // namespace trainer::weights
