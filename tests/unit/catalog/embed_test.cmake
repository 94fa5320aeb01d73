# embed-catalog takes the repository's presets, and refuses a copy with a slip in it, naming the place.
# Variables: TOOL, PRESETS, WORK (a folder of this test's own).

function(run_tool presets status_variable errors_variable)
  execute_process(COMMAND "${TOOL}" "${presets}" "${WORK}/out.cpp"
    RESULT_VARIABLE status ERROR_VARIABLE errors OUTPUT_QUIET)
  set(${status_variable} "${status}" PARENT_SCOPE)
  set(${errors_variable} "${errors}" PARENT_SCOPE)
endfunction()

# with_slip(<file> <text> <replacement> <what the message must hold>...)
function(with_slip file from to)
  file(REMOVE_RECURSE "${WORK}/presets")
  file(COPY "${PRESETS}" DESTINATION "${WORK}")
  file(READ "${WORK}/presets/${file}" text)
  string(REPLACE "${from}" "${to}" changed "${text}")
  if(changed STREQUAL text)
    message(FATAL_ERROR "${file} has no '${from}'")
  endif()
  file(WRITE "${WORK}/presets/${file}" "${changed}")
  run_tool("${WORK}/presets" status errors)
  if(NOT status EQUAL 1)
    message(FATAL_ERROR "'${to}' in ${file}: exit code ${status}, not 1")
  endif()
  foreach(wanted IN LISTS ARGN)
    string(FIND "${errors}" "${wanted}" position)
    if(position EQUAL -1)
      message(FATAL_ERROR "'${to}' in ${file}: no '${wanted}' in\n${errors}")
    endif()
  endforeach()
endfunction()

file(MAKE_DIRECTORY "${WORK}")
run_tool("${PRESETS}" status errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the repository's own presets are refused:\n${errors}")
endif()

with_slip(skus/arc.yaml "name: Standard_NC4_A2\n    status: current" "name: Standard_NC4_A2\n    status: now"
  "skus/arc.yaml:" "skus[0].status: must be one of \"current\", \"retired\"")
with_slip(skus/arc.yaml "name: Standard_NC8_A2" "name: standard_nc4_a2"
  "skus[1].name: \"standard_nc4_a2\" is taken by" "skus/arc.yaml:")
with_slip(models/granite.yaml "    status: current" "    shortNames: [kimi-k2, deepseek-r1]\n    status: current"
  "shortNames[1]: \"deepseek-r1\" is taken by" "models/granite.yaml:")
with_slip(models/kimi.yaml "family: kimi" "family: kimi\nfamily: kimi" "models/kimi.yaml:10:")
with_slip(schema/skus.schema.json "\"additionalProperties\": false" "\"additionalPropertys\": false"
  "additionalPropertys is not understood")
with_slip(models/kimi.yaml "provenance:" "provenance_:" "models/kimi.yaml:2:1: provenance_: is not a known key")
with_slip(generator.yaml "byName:" "byNames:" "generator.yaml:" "byNames: is not a known key")
with_slip(vllm-architectures.yaml "  - ApertusForCausalLM" "  - \"Apertus ForCausalLM\"" "vllm-architectures.yaml:")
