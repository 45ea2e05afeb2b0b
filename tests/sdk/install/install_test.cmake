# Needs tracker::sdk, tracker-relay and tracker built in BUILD. Fails if installing, configuring, building or running the consumer fails.
function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN} failed (${result}):\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
must(${CMAKE_COMMAND} --install ${BUILD} --component sdk --prefix ${WORK}/prefix)
must(${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${CXX}
     -DCMAKE_CXX_FLAGS=${SANITIZE})
must(${CMAKE_COMMAND} --build ${WORK}/build)
# The SDK finds the relay beside the program or in $PATH.
must(${CMAKE_COMMAND} -E env "PATH=${WORK}/prefix/bin:$ENV{PATH}" ${WORK}/build/consumer ${WORK}/spool)
file(GLOB logs ${WORK}/spool/runs/*/*/00000000000000000000.seg)
if(NOT logs)
  message(FATAL_ERROR "the consumer left no log in ${WORK}/spool")
endif()
file(GLOB relay_log ${WORK}/spool/runs/*/*/relay.log)
if(NOT relay_log)
  message(FATAL_ERROR "the consumer's run had no relay: ${WORK}/prefix/bin/tracker-relay was not found")
endif()
