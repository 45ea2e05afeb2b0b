# Installs the SDK for find_package(tracker): component `sdk`, imported target tracker::sdk.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tracker)
foreach(_part vocabulary base artifact_names spool capture sdk)
  set_target_properties(tracker_${_part} PROPERTIES EXPORT_NAME ${_part})
endforeach()
install(TARGETS tracker_vocabulary tracker_base tracker_artifact_names tracker_spool tracker_capture tracker_sdk EXPORT tracker-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/include/tracker DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT tracker-targets NAMESPACE tracker:: DESTINATION ${_package_dir} COMPONENT sdk)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/tracker-config.cmake.in
  ${CMAKE_BINARY_DIR}/tracker-config.cmake INSTALL_DESTINATION ${_package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/tracker-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/tracker-config.cmake ${CMAKE_BINARY_DIR}/tracker-config-version.cmake
  DESTINATION ${_package_dir} COMPONENT sdk)
