"""The formats and the mathematics of the public log: tree, proofs, tiles, signed notes, receipts and entries. No I/O."""

from chaupal_audit.tlog.cosignatures import (
    Cosigner as Cosigner,
    Submission as Submission,
    WitnessKey as WitnessKey,
    parse_lines as parse_lines,
    parse_submission as parse_submission,
)
from chaupal_audit.tlog.entries import (
    ENTRY_LIMIT as ENTRY_LIMIT,
    SEALED as SEALED,
    Leaf as Leaf,
    at_minute as at_minute,
    cover_at as cover_at,
    cover_leaf as cover_leaf,
    digests_of as digests_of,
    disclose as disclose,
    disclosure_digest as disclosure_digest,
    leaf as leaf,
    open_among as open_among,
    open_disclosure as open_disclosure,
    read_disclosure as read_disclosure,
    read_entry as read_entry,
    sealed_again as sealed_again,
    secret_leaf as secret_leaf,
)
from chaupal_audit.tlog.notes import (
    Checkpoint as Checkpoint,
    NotSigned as NotSigned,
    Signature as Signature,
    SigningKey as SigningKey,
    VerifyingKey as VerifyingKey,
    WrongOrigin as WrongOrigin,
    is_signed as is_signed,
    parse_checkpoint as parse_checkpoint,
    parse_note as parse_note,
    sign_checkpoint as sign_checkpoint,
    verify_checkpoint as verify_checkpoint,
)
from chaupal_audit.tlog.policy import (
    Party as Party,
    Policy as Policy,
    parse_policy as parse_policy,
    policy_of as policy_of,
    write_policy as write_policy,
)
from chaupal_audit.tlog.proofs import (
    Receipt as Receipt,
    build_receipt as build_receipt,
    consistency_proof as consistency_proof,
    inclusion_proof as inclusion_proof,
    nodes_needed_for_consistency as nodes_needed_for_consistency,
    nodes_needed_for_inclusion as nodes_needed_for_inclusion,
    parse_receipt as parse_receipt,
    verify_consistency as verify_consistency,
    verify_inclusion as verify_inclusion,
    verify_receipt as verify_receipt,
)
from chaupal_audit.tlog.tiling import (
    TILE as TILE,
    GetEntry as GetEntry,
    entries_tile as entries_tile,
    nodes_needed_for_tile as nodes_needed_for_tile,
    parse_tile_path as parse_tile_path,
    split_entries as split_entries,
    static_files as static_files,
    tile as tile,
    tile_path as tile_path,
    tiles as tiles,
)
from chaupal_audit.tlog.tree import (
    EMPTY_ROOT as EMPTY_ROOT,
    GetNode as GetNode,
    Node as Node,
    join_subtrees as join_subtrees,
    leaf_hash as leaf_hash,
    node_hash as node_hash,
    nodes_for_append as nodes_for_append,
    nodes_for_appends as nodes_for_appends,
    nodes_needed_for_append as nodes_needed_for_append,
    nodes_needed_for_root as nodes_needed_for_root,
    root as root,
)
