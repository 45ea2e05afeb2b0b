#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

#include "sdk/spool/spool_fixture.hpp"

namespace tracker::test {

using spool::test::Log;
using spool::test::read_log;
using spool::test::WriterIs;

class RunTest : public ::testing::Test {
 protected:
  using Run = tracker::Run;  // testing::Test has a Run of its own

  // Nothing captured, nothing started.
  RunSettings settings() const {
    RunSettings out;
    out.project = "p";
    out.directory = dir_.path();
    out.offline = true;
    out.capture_console = out.capture_git = false;
    out.system_interval = std::chrono::milliseconds(0);
    return out;
  }

  // A program that stands in for the relay.
  std::filesystem::path relay_script(const std::string& body) const {
    const auto path = dir_ / "relay";
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    ::chmod(path.c_str(), 0755);
    return path;
  }

  TempDirectory dir_;
};

}  // namespace tracker::test
