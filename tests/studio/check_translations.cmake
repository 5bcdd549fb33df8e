# Runs lupdate over copies of the catalogues and fails when a text of app/ or widgets/ is missing from them or
# a translation is unfinished.
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
foreach(language en de)
  set(catalogue ${WORK_DIR}/bnof_${language}.ts)
  file(COPY_FILE ${SOURCE_DIR}/translations/bnof_${language}.ts ${catalogue})
  set(only "")
  if(language STREQUAL "en")
    set(only -pluralonly) # English is the source; only its plural forms are written down
  endif()
  execute_process(COMMAND ${LUPDATE} -silent -locations none ${only} -recursive ${SOURCE_DIR}/app ${SOURCE_DIR}/widgets
                          -I ${SOURCE_DIR} -ts ${catalogue} RESULT_VARIABLE failed ERROR_VARIABLE complaint)
  if(failed)
    message(FATAL_ERROR "lupdate: ${complaint}")
  endif()
  file(STRINGS ${catalogue} unfinished REGEX "type=\"unfinished\"")
  file(STRINGS ${catalogue} vanished REGEX "type=\"(vanished|obsolete)\"")
  list(LENGTH unfinished missing)
  list(LENGTH vanished old)
  if(missing)
    message(SEND_ERROR "bnof_${language}.ts lacks ${missing} translations: run the target update_translations and "
                       "translate what is marked unfinished")
  endif()
  if(old)
    message(SEND_ERROR "bnof_${language}.ts holds ${old} texts that no longer exist: run the target update_translations")
  endif()
endforeach()
