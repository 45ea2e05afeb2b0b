#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using test_support::HubServer;
using test_support::read_file;

constexpr int kSent = 600'000;

class HubKillTest : public HubFixture {};

TEST_F(HubKillTest, a_process_killed_in_mid_download_is_continued_by_the_next) {
  const std::string weights = noise(2'000'000);
  const HubServer server({{"models/org/tiny/model.safetensors", weights}},
                         {{"faults", {{{"match", "GET /cdn/"}, {"hang_after", kSent}}}}});
  std::array<int, 2> arrived{};
  ASSERT_EQ(pipe(arrived.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto tell = [&](std::string_view, std::uint64_t done, std::uint64_t) {
      if (done == kSent) {
        static_cast<void>(!write(arrived[1], "x", 1));
      }
    };
    Hub(settings_for(server), tell).require({.id = kId}, "model.safetensors");
    _exit(0);
  }
  char byte = '\0';
  ASSERT_EQ(read(arrived[0], &byte, 1), 1);  // the child has these bytes and waits for more
  ASSERT_EQ(kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  close(arrived[0]);
  close(arrived[1]);

  EXPECT_EQ(read_file(Hub(settings_for(server)).require({.id = kId}, "model.safetensors")),
            weights);
  std::vector<std::string> ranges;
  for (const auto& request : server.requests()) {
    if (request["path"].get<std::string>().starts_with("/cdn/")) {
      ranges.push_back(request["range"]);
    }
  }
  EXPECT_EQ(ranges, (std::vector<std::string>{"", "bytes=600000-"}));
}

}  // namespace
}  // namespace trainer::hub
