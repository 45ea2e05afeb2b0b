#include <tracker/run.hpp>

// Logs a run to an address that is none: a relay that was found and started refuses it, and ends.
int main(int, char** arguments) {
  tracker::RunSettings settings;
  settings.project = "consumer";
  settings.directory = arguments[1];
  settings.server = "ftp://nowhere";
  tracker::Run run = tracker::Run::start(settings);
  run.log({{"loss", 0.5}});
  run.finish();
  return run.delivery() == tracker::Delivery::kRefused ? 0 : 1;
}
